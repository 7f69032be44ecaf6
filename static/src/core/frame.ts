/** A frame of a run: one pinned picture in the network as it is at a step, with its kernels. */
import type { TraceHeader } from './types';
import { parseTensors, readTraceHeader, type Tensor } from './wire';

/** One weight under the glass: its numbers at a step, and what the optimiser makes of them. */
export interface GlassNumbers {
  /** Of the parameter, as in the state_dict, and the place in its flat numbers. */
  name: string;
  index: number;
  /** Before the update. */
  value: number | null;
  gradient: number | null;
  /** What the optimiser remembers of the weight, by name, with this gradient in it. */
  state: Readonly<Record<string, number | null>>;
  /** The learning rate of this update. */
  rate: number | null;
  update: number | null;
  /** After the update. */
  next: number | null;
  /** The optimiser's id. */
  rule: string;
  /** Whether the update has happened. */
  done: boolean;
}

interface FrameFacts {
  step: number;
  pin: number;
  /** Probabilities of every pinned picture. */
  softmax: readonly (readonly number[])[];
  glass: GlassNumbers | null;
}

export interface Frame extends FrameFacts {
  /** null for what has no maps, such as points of the plane without a pin. */
  header: TraceHeader | null;
  /** Bytes and ranges by node, as in a trace. */
  tensors: ReadonlyMap<string, Tensor>;
  /** Exact values by node; of a run that rests. */
  exact: ReadonlyMap<string, Tensor>;
  /** By state_dict name. */
  weights: ReadonlyMap<string, Tensor>;
}

const PREFIX = /^(?:(exact|weights)\/)?(.*)$/;

/** Reads a frame; throws an Error that names the fault: the bytes come from outside. */
export function parseFrame(buffer: ArrayBuffer): Frame {
  const { tensors: all, metadata } = parseTensors(buffer);
  const header = 'trace' in metadata ? readTraceHeader(metadata) : null;
  const facts = JSON.parse(metadata['frame'] ?? 'null') as Partial<FrameFacts> | null;
  if (typeof facts?.step !== 'number') throw new Error('Not a valid frame: it has no step.');
  const parts = {
    bytes: new Map<string, Tensor>(),
    exact: new Map<string, Tensor>(),
    weights: new Map<string, Tensor>(),
  };
  for (const [path, tensor] of all) {
    const [, part = 'bytes', name = path] = PREFIX.exec(path) ?? [];
    parts[part as keyof typeof parts].set(name, tensor);
  }
  const { bytes: tensors, exact, weights } = parts;
  const { step, pin = 0, softmax = [], glass = null } = facts;
  return { step, pin, softmax, glass, header, tensors, exact, weights };
}
