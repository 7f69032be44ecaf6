/** How much of a worked example is shown: all of it, all but one number, or all but the result. */
export const LEVELS = ['full', 'blank1', 'ask'] as const;
export type Level = (typeof LEVELS)[number];
