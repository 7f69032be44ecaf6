/** Once a frame, however much comes in; a page that is not seen has no frames, and goes on slower. */

const HIDDEN_MS = 250;

/** Calls `work` with the next frame; returns how to stop it. */
export function onNextFrame(work: () => void): () => void {
  if (document.hidden) {
    const timer = setTimeout(work, HIDDEN_MS);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(work);
  return () => cancelAnimationFrame(frame);
}
