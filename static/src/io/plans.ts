/** Requests about networks that a person chooses or puts together. */
import type { Examined, Kind, Layers } from '../core/plan';
import type { Options, Words } from '../core/run';
import { request } from './api';

export interface Preset {
  id: string;
  name: Words;
  about: Words;
  /** Which options matter to it. */
  settings: readonly string[];
  takes: readonly ('pictures' | 'points')[];
  /** The shipped network whose weights fit it; '' for none. */
  zoo: string;
}

export interface Presets {
  presets: readonly Preset[];
  kinds: readonly Kind[];
  limits: { layers: number; parameters: number };
}

/** The settings of a preset. */
export const STYLE = ['activation', 'norm', 'dropout', 'width', 'depth'] as const;

const JSON_TYPE = { 'Content-Type': 'application/json' };

function read<T>(response: Response): Promise<T> {
  return response.json() as Promise<T>;
}

export function fetchPresets(signal: AbortSignal): Promise<Presets> {
  return request('/api/presets', { signal }, read<Presets>);
}

/** What a network would be: the person's own layers, else a preset, for a data set. */
export function examine(options: Options, preset: string, signal: AbortSignal): Promise<Examined> {
  const layers = options['layers'] as Layers | null | undefined;
  const style = Object.fromEntries(STYLE.map((name) => [name, options[name]]));
  const network = layers ? { layers } : { preset, ...style };
  const body = JSON.stringify({ ...network, data: options['data'] });
  const init = { method: 'POST', headers: JSON_TYPE, body, signal };
  return request('/api/plans', init, read<Examined>);
}

/** What a preset would be for pictures of this shape, (C, H, W). */
export function examineAt(
  preset: string,
  input: readonly number[],
  classes: number,
  signal: AbortSignal,
): Promise<Examined> {
  const body = JSON.stringify({ preset, input, classes });
  const init = { method: 'POST', headers: JSON_TYPE, body, signal };
  return request('/api/plans', init, read<Examined>);
}

/** The learning rate over a run. */
export interface Schedule {
  steps: number;
  points: readonly (readonly [number, number])[];
  /** What is not known before the run. */
  note: Words | null;
}

export function fetchSchedule(options: Options, signal: AbortSignal): Promise<Schedule> {
  const init = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(options), signal };
  return request('/api/schedule', init, read<Schedule>);
}
