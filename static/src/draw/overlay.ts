/** What the pointer or focus is on: its links both ways, its sources lit, windows, fields. */
import type { Box } from '../core/layout';
import { clearView, traceLink, type Edge, type View } from './scene';

export interface Link extends Edge {
  /** Share of the strongest link, 0 to 1, which sets the width. */
  strength: number;
  /** Colour of the weight; empty (neutral ink) when the link has none. */
  colour: string;
}

export interface OverlayData {
  links: readonly Link[];
  /** Boxes at the ends of the links. */
  lit: readonly Box[];
  /** The box that is pointed at or pinned. */
  target: Box | null;
  /** How far everything else is dimmed, 0 to 1: wholly while something is pointed at. */
  dim: number;
}

export interface OverlayColours {
  paper: string;
  accent: string;
  ink: string;
}

/** How much paper lies over what is dimmed. */
export const DIM = 0.65;

export function drawOverlay(
  context: CanvasRenderingContext2D,
  data: OverlayData,
  options: { view: View; colours: OverlayColours },
): void {
  const { view, colours } = options;
  clearView(context, view);
  if (data.dim > 0) dimOthers(context, data, view, colours.paper);
  context.lineCap = 'round';
  for (const link of data.links) {
    context.beginPath();
    context.strokeStyle = link.colour || colours.ink;
    context.lineWidth = (0.8 + 2.6 * link.strength) / view.k;
    traceLink(context, link);
    context.stroke();
  }
  strokeBoxes(context, data.lit, colours.ink, 1.2 / view.k);
  if (data.target) strokeBoxes(context, [data.target], colours.accent, 2.2 / view.k);
}

/** Windows and receptive fields, which follow the pointer from cell to cell. */
export function drawFields(
  context: CanvasRenderingContext2D,
  fields: readonly Box[],
  { view, colours }: { view: View; colours: Pick<OverlayColours, 'accent'> },
): void {
  clearView(context, view);
  strokeBoxes(context, fields, colours.accent, 1.6 / view.k);
}

/** Lays paper over all but the lit boxes, which stay as they are. */
function dimOthers(
  context: CanvasRenderingContext2D,
  data: OverlayData,
  view: View,
  paper: string,
): void {
  const holes = data.target ? [...data.lit, data.target] : data.lit;
  context.save();
  context.globalAlpha = DIM * data.dim;
  context.fillStyle = paper;
  context.beginPath();
  context.rect(-view.x / view.k, -view.y / view.k, view.width / view.k, view.height / view.k);
  for (const box of holes) context.rect(box.x, box.y, box.w, box.h);
  context.fill('evenodd');
  context.restore();
}

function strokeBoxes(
  context: CanvasRenderingContext2D,
  boxes: readonly Box[],
  colour: string,
  width: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const box of boxes) context.rect(box.x, box.y, box.w, box.h);
  context.stroke();
}
