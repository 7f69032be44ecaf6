/** The curves of a run as a picture to keep. */
import { chartOf, type YScale } from '../../../core/chart';
import type { Theme } from '../../../core/colour';
import { CurveMemory } from '../../../core/curves';
import type { ChartShared, Flag, Series } from '../../../core/series';
import { plotBox, yTicks } from '../../../draw/chart';
import { readChartInk, readColour } from '../../../draw/ink';
import { POSTER_CHART, drawPoster, type Poster } from '../../../draw/poster';
import { t } from '../../../i18n/i18n.svelte';
import { toPng } from '../../../io/raster';

export interface Sheet {
  title: string;
  /** The run that is open first in each. */
  charts: readonly { name: string; series: readonly Series[]; yScale: YScale }[];
  flags: readonly Flag[];
  shared: Pick<ChartShared, 'span' | 'smoothing'>;
  theme: Theme;
}

/** Device pixels per CSS pixel: fine enough to print. */
const RATIO = 2;

/** The charts under one another as PNG. */
export function posterOf({ title, charts, flags, shared, theme }: Sheet): Blob {
  const { span, smoothing } = shared;
  const { width, height } = POSTER_CHART;
  const ask = { span, smoothing, columns: plotBox(width, height).w, ticks: yTicks(height) };
  const coloured = (series: readonly Series[]) =>
    series.map((each) => ({ ...each, colour: readColour(each.colour, theme) }));
  const poster: Poster = {
    title,
    runs: coloured(charts[0]?.series ?? []),
    words: {
      raw: t('chart.raw'),
      smooth: smoothing > 0 ? t('chart.smooth') : null,
      dot: t('data.part.validation'),
      x: t('run.step'),
    },
    charts: charts.map(({ name, series, yScale }) => ({
      name,
      picture: chartOf(new CurveMemory(), coloured(series), flags, { ...ask, yScale }),
    })),
  };
  const canvas = document.createElement('canvas');
  drawPoster(canvas, poster, { ink: readChartInk(theme), ratio: RATIO });
  return toPng(canvas);
}
