/** How much of a worked example is shown: all of it, all but one number, or all but the result. */
export const LEVELS = ['full', 'blank1', 'ask'] as const;
export type Level = (typeof LEVELS)[number];

/** The sides of a cell: how it came about, how a class changes with it, and the same in PyTorch. */
export const CELL_TABS = ['forward', 'gradient', 'code'] as const;
export type CellTab = (typeof CELL_TABS)[number];
