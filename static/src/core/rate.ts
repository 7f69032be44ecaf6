/** The learning rate over a run as a line. */

/** Points as an SVG path in a box of `width` by `height`, the highest rate at its top. */
export function ratePath(
  points: readonly (readonly [number, number])[],
  { width, height }: { width: number; height: number },
): string {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return '';
  const span = Math.max(1, last[0] - first[0]);
  const most = Math.max(...points.map(([, rate]) => rate)) || 1;
  const place = ([step, rate]: readonly [number, number]) => {
    const x = ((step - first[0]) / span) * width;
    return `${x.toFixed(1)},${(height - (rate / most) * height).toFixed(1)}`;
  };
  return `M${points.map(place).join('L')}`;
}
