/** The sentence about a map or a cell, with its number. */
import { fieldOf } from '../../core/fields';
import { cellIndex, mapStack } from '../../core/maps';
import { formatNumber } from '../../core/numbers';
import { isMaps, type GradientOf, type NodeInfo } from '../../core/types';
import { named, t } from '../../i18n/i18n.svelte';
import type { Look, Place } from '../../state/look.svelte';
import type { Scales } from '../../state/scales.svelte';

/** What is at a place of the layer that is drawn. */
export function describe(look: Look, scales: Scales, at: Place, of: NodeInfo): string {
  const reading = scales.read(at);
  const hasCell = at.y !== undefined && at.x !== undefined;
  if (!reading || (isMaps(of.shape) && !hasCell)) return scales.describeMap(of.id, at.channel);
  const value = `${reading.exact ? '' : '≈ '}${formatNumber(reading.value)}`;
  if (scales.gradient) return slope(look, at, of, [scales.gradient, value]);
  const text = isMaps(of.shape) ? cell(at, of, value) : number(look, at, of, value);
  if (scales.kind === 'difference') return t('layer.changed', { text });
  return `${text}${made(look, of)}${isMaps(of.shape) ? field(look, at, of) : ''}`;
}

/** One number of a gradient: what would change, and by how much. */
function slope(look: Look, at: Place, of: NodeInfo, [what, value]: [GradientOf, string]): string {
  const label = look.card.labels.find((each) => each.id === what.class);
  const name = t(`layer.${what.of}Of`, { class: label ? named(label) : what.class });
  const words = { slope: name, node: of.label, value };
  const { channel, y = 0, x = 0 } = at;
  return isMaps(of.shape)
    ? t('layer.cell', { ...words, channel, y, x })
    : t('layer.number', { ...words, index: cellIndex(mapStack(of), channel, y, x) });
}

function cell({ channel, y = 0, x = 0 }: Place, of: NodeInfo, value: string): string {
  return t('say.cell', { node: of.label, channel, y, x, value });
}

function number(look: Look, at: Place, of: NodeInfo, value: string): string {
  const index = cellIndex(mapStack(of), at.channel, at.y ?? 0, at.x ?? 0);
  const isClasses = of.shape[0] === look.card.labels.length;
  const label = isClasses ? look.card.labels[at.channel] : undefined;
  return `${label ? `${named(label)} · ` : ''}${t('say.number', { node: of.label, index, value })}`;
}

/** How many products and which bias made the value. */
function made(look: Look, of: NodeInfo): string {
  const { geometry } = of;
  if (of.op === 'conv' && geometry.kind === 'window') {
    const inputs = look.nodes.get(of.inputs[0] ?? '')?.shape[0] ?? 0;
    const channels = inputs / (geometry.groups ?? 1);
    const products = geometry.kernel.reduce((all, size) => all * size, channels);
    return t('say.products', { products, channels });
  }
  return geometry.kind === 'dense' ? t('say.weighed', { count: geometry.in }) : '';
}

function field(look: Look, at: Place, of: NodeInfo): string {
  const area =
    of.op === 'input' ? null : fieldOf(look.nodes, of.id, [at.channel, at.y ?? 0, at.x ?? 0]);
  return area ? t('say.field', { height: area.y1 - area.y0, width: area.x1 - area.x0 }) : '';
}
