/** What is scrolled out of sight need not be drawn: a canvas costs a little at every frame. */

/** An attachment: says whether the element is in sight. */
export function onScreen(tell: (isSeen: boolean) => void) {
  return (element: Element): (() => void) => {
    const observer = new IntersectionObserver((entries) => {
      tell(entries.at(-1)?.isIntersecting ?? false);
    });
    observer.observe(element);
    return () => observer.disconnect();
  };
}
