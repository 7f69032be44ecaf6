/** The charts of a run on one sheet, to be kept: title, legend, and each chart with its axes named. */
import { dashOf, type ChartPicture } from '../core/chart';
import { drawChart, plotBox, type ChartInk } from './chart';

/** Of each chart, in CSS pixels. */
export const POSTER_CHART = { width: 960, height: 300 };
const MARGIN = 24;
const TITLE_PX = 20;
const TEXT_PX = 13;
const ROW = 22;
const SAMPLE = 28;
const FAINT = 0.4;

export interface PosterRun {
  name: string;
  colour: string;
  dash: number;
}

export interface Poster {
  title: string;
  runs: readonly PosterRun[];
  /** What the lines and dots are called; `smooth` is null where nothing is smoothed. */
  words: { raw: string; smooth: string | null; dot: string; x: string };
  charts: readonly { name: string; picture: ChartPicture }[];
}

interface Sheet {
  context: CanvasRenderingContext2D;
  ink: ChartInk;
}

/** The size of a poster in CSS pixels. */
export function posterSize({ runs, charts }: Poster): { width: number; height: number } {
  const head = MARGIN + TITLE_PX + 8 + ROW * (runs.length + 1);
  const each = ROW + POSTER_CHART.height + ROW;
  return { width: POSTER_CHART.width + 2 * MARGIN, height: head + each * charts.length + MARGIN };
}

/** Draws a poster on a canvas, which gets its size; `ratio` are device pixels per CSS pixel. */
export function drawPoster(
  canvas: HTMLCanvasElement,
  poster: Poster,
  { ink, ratio }: { ink: ChartInk; ratio: number },
): void {
  const { width, height } = posterSize(poster);
  Object.assign(canvas, { width: width * ratio, height: height * ratio });
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = ink.paper;
  context.fillRect(0, 0, width, height);
  context.textBaseline = 'top';
  const sheet = { context, ink };
  const chart = POSTER_CHART;
  write(sheet, poster.title, [MARGIN, MARGIN], `600 ${TITLE_PX}px`);
  let y = drawLegend(sheet, poster, MARGIN + TITLE_PX + 8);
  for (const { name, picture } of poster.charts) {
    write(sheet, name, [MARGIN, y], `600 ${TEXT_PX}px`);
    context.drawImage(chartOn(picture, ink, ratio), MARGIN, y + ROW, chart.width, chart.height);
    y += ROW + chart.height;
    context.textAlign = 'right';
    write(sheet, poster.words.x, [MARGIN + chart.width, y], `${TEXT_PX}px`);
    context.textAlign = 'left';
    y += ROW;
  }
}

/** A chart clears its canvas before it draws, so each has its own. */
function chartOn(picture: ChartPicture, ink: ChartInk, ratio: number): HTMLCanvasElement {
  const { width, height } = POSTER_CHART;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: width * ratio, height: height * ratio });
  const context = canvas.getContext('2d');
  const plot = plotBox(width, height);
  if (context) drawChart(context, picture, { width, height, ratio, plot, ink });
  return canvas;
}

function write(
  { context, ink }: Sheet,
  text: string,
  [x, y]: readonly [number, number],
  font: string,
): void {
  context.font = `${font} ${ink.family}`;
  context.fillStyle = ink.ink;
  context.fillText(text, x, y, POSTER_CHART.width);
}

/** A row for each run, then one for what thin lines, bold ones and dots are; returns where it ends. */
function drawLegend(sheet: Sheet, { runs, words }: Poster, top: number): number {
  runs.forEach(({ name, colour, dash }, i) => {
    const y = top + i * ROW;
    stroke(sheet, [MARGIN, y], { colour, width: 2, alpha: 1, dash: dashOf(dash) });
    write(sheet, name, [MARGIN + SAMPLE + 8, y], `${TEXT_PX}px`);
  });
  const y = top + runs.length * ROW;
  const plain = { colour: sheet.ink.muted, dash: [] };
  const isSmooth = words.smooth !== null;
  let x = MARGIN;
  const put = (text: string) => {
    write(sheet, text, [x + SAMPLE + 8, y], `${TEXT_PX}px`);
    x += SAMPLE + 8 + sheet.context.measureText(text).width + 20;
  };
  stroke(sheet, [x, y], { ...plain, width: isSmooth ? 1 : 2, alpha: isSmooth ? FAINT : 1 });
  put(words.raw);
  if (words.smooth !== null) {
    stroke(sheet, [x, y], { ...plain, width: 2, alpha: 1 });
    put(words.smooth);
  }
  sheet.context.fillStyle = sheet.ink.muted;
  sheet.context.beginPath();
  sheet.context.arc(x + SAMPLE / 2, y + TEXT_PX / 2, 3, 0, 2 * Math.PI);
  sheet.context.fill();
  put(words.dot);
  return y + ROW;
}

function stroke(
  { context }: Sheet,
  [x, y]: readonly [number, number],
  line: { colour: string; width: number; alpha: number; dash: readonly number[] },
): void {
  context.strokeStyle = line.colour;
  context.lineWidth = line.width;
  context.globalAlpha = line.alpha;
  context.setLineDash([...line.dash]);
  context.beginPath();
  context.moveTo(x, y + TEXT_PX / 2);
  context.lineTo(x + SAMPLE, y + TEXT_PX / 2);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}
