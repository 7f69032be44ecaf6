/** How fast a run goes: from one phase a second to as fast as it can. */

/** Steps a second; a step has four phases, and 0 stands for no limit. */
export const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 1000, 0] as const;

/** The place of a speed among them: its own, or the nearest by ratio. */
export function speedPlace(speed: number): number {
  if (speed <= 0) return SPEEDS.length - 1;
  const distances = SPEEDS.map((each) =>
    each === 0 ? Infinity : Math.abs(Math.log(each / speed)),
  );
  return distances.indexOf(Math.min(...distances));
}
