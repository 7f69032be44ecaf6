/** The sections of an article that is on the page. */

export interface Section {
  id: string;
  title: string;
}

/** Every section with its heading, in order. */
export function sectionsOf(article: ParentNode): Section[] {
  return [...article.querySelectorAll('section[id]')].map((section) => ({
    id: section.id,
    title: section.querySelector('h2')?.textContent ?? section.id,
  }));
}

/** The last section that begins above `line`, in px of the window; null above the first one. */
export function sectionAt(article: ParentNode, line: number): string | null {
  const begun = [...article.querySelectorAll('section[id]')].filter(
    (section) => section.getBoundingClientRect().top <= line,
  );
  return begun.at(-1)?.id ?? null;
}

/** The address that a press on a link of the article asks for, when it is one of this page's own. */
export function ownAddress(event: MouseEvent): URL | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  const link = (event.target as Element | null)?.closest('a');
  if (!link || link.target) return null;
  const url = new URL(link.href);
  return url.origin === location.origin && url.hash ? url : null;
}
