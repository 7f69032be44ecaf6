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
