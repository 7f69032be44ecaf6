/** How much of a worked example is shown: all of it, all but one number, or all but the result. */
export const LEVELS = ['full', 'blank1', 'ask'] as const;
export type Level = (typeof LEVELS)[number];

/** The sides of a cell: how it came about, and how a class changes with it. */
export const CELL_TABS = ['forward', 'gradient'] as const;
export type CellTab = (typeof CELL_TABS)[number];
