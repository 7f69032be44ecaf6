/** The two networks of the lab that differ in the head alone, and what they say of moved shapes. */
import type { ClassName } from '../core/types';
import { floatsOf } from '../core/wire';
import { request, requestTensors, type Text } from './api';

export interface Head {
  id: string;
  about: Text;
  parameters: number;
  /** Shares of right answers, 0 to 1, for each of `Heads.shifts` and `Heads.radii`. */
  shifts: readonly number[];
  radii: readonly number[];
}

export interface Heads {
  heads: readonly Head[];
  classes: readonly ClassName[];
  /** How many shapes each share was measured on. */
  pictures: number;
  /** Pixels. */
  shifts: readonly number[];
  radii: readonly number[];
  /** The least and the greatest radius that they learned from. */
  learned: readonly [number, number];
}

/** One shape on a wide picture, and each network's probabilities of it moved about. */
export interface Places {
  /** The id of its class. */
  shape: string;
  /** Bytes, row by row, `span` cells wide and high. */
  picture: Uint8Array;
  span: number;
  /** By network: (count, count, classes). */
  shares: ReadonlyMap<string, Float32Array>;
  /** Places along each side. */
  count: number;
}

export function fetchHeads(signal: AbortSignal): Promise<Heads> {
  return request('/api/lab/heads', { signal }, (response) => response.json() as Promise<Heads>);
}

export async function fetchPlaces(
  shape: string,
  radius: number,
  signal: AbortSignal,
): Promise<Places> {
  const query = new URLSearchParams({ shape, radius: String(radius) });
  const path = `/api/lab/heads/places?${query.toString()}`;
  const { tensors } = await requestTensors(path, { signal });
  const picture = tensors.get('picture');
  if (picture?.dtype !== 'U8') throw new Error('the answer has no picture');
  const names = [...tensors.keys()].filter((name) => name !== 'picture');
  return {
    shape,
    picture: picture.data,
    span: picture.shape[1] as number,
    shares: new Map(names.map((name) => [name, floatsOf(tensors, name)])),
    count: tensors.get(names[0] as string)?.shape[0] as number,
  };
}
