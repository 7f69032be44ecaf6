/** Frames of a run come only while a part of the page that shows them is seen. */
import type { Session } from '../../state/session.svelte';

/** An attachment: tells the run while the element is in the window of a page that is looked at. */
export function whileSeen(session: Session | null, viewer: string) {
  return (element: Element): (() => void) => {
    let isInside = true;
    const tell = () => session?.see(viewer, isInside && !document.hidden);
    const observer = new IntersectionObserver((entries) => {
      isInside = entries.at(-1)?.isIntersecting ?? false;
      tell();
    });
    observer.observe(element);
    document.addEventListener('visibilitychange', tell);
    tell();
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', tell);
      session?.see(viewer, false);
    };
  };
}
