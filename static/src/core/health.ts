/** How alive the layers are, evaluation by evaluation. */
import { nearestIndex, type HealthRecord } from './series';
import type { StripScale } from './strip';

export const SIGNS = ['dead', 'saturated', 'mean', 'std'] as const;
export type Sign = (typeof SIGNS)[number];

export const SIGN_SCALES: Readonly<Record<Sign, StripScale>> = {
  dead: 'share',
  saturated: 'share',
  mean: 'signed',
  std: 'positive',
};

export type HealthRow = Readonly<Record<Sign, number | null>> & { name: string };

/** What was measured at the evaluation that is nearest to a step, at the last one without. */
export function healthRows(
  records: readonly HealthRecord[],
  cursor: number | null,
): { step: number; rows: HealthRow[] } | null {
  const steps = records.map(({ step }) => step);
  const at = cursor === null ? steps.length - 1 : nearestIndex(steps, cursor);
  const record = records[at];
  if (!record) return null;
  const rows = record.nodes.map(({ node, dead, saturated, mean, std }) => {
    return { name: node, dead, saturated, mean, std };
  });
  return { step: record.step, rows };
}

export interface HealthHistory {
  names: readonly string[];
  step: Float64Array;
  /** Of each layer at every evaluation; NaN where it was not measured. */
  values: readonly Float64Array[];
}

/** One sign of every layer that has it, over all evaluations. */
export function healthHistory(records: readonly HealthRecord[], sign: Sign): HealthHistory {
  const nodes = records.at(-1)?.nodes ?? [];
  const has = (name: string) =>
    records.some((record) =>
      record.nodes.some((each) => each.node === name && each[sign] !== null),
    );
  const names = nodes.map(({ node }) => node).filter(has);
  const step = Float64Array.from(records, (record) => record.step);
  const values = names.map(() => new Float64Array(records.length).fill(NaN));
  records.forEach((record, i) => {
    for (const node of record.nodes) {
      const layer = values[names.indexOf(node.node)];
      if (layer) layer[i] = node[sign] ?? NaN;
    }
  });
  return { names, step, values };
}
