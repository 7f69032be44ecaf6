/** A 2-D context that remembers what was asked of it, for drawings without a browser. */
import { vi } from 'vitest';

/** One call, or one setting with its name and "=". */
export type Entry = readonly [name: string, ...values: unknown[]];

export class Recorder {
  entries: Entry[] = [];
  context: CanvasRenderingContext2D;
  #settings = new Map<string, unknown>();

  constructor(canvas?: HTMLCanvasElement) {
    const get = (_target: object, name: string) => {
      if (name === 'canvas') return canvas;
      if (name === 'createImageData') return makeImage;
      if (this.#settings.has(name)) return this.#settings.get(name);
      return (...values: unknown[]) => void this.entries.push([name, ...values]);
    };
    const set = (_target: object, name: string, value: unknown) => {
      this.#settings.set(name, value);
      this.entries.push([`${name}=`, value]);
      return true;
    };
    this.context = new Proxy({}, { get, set }) as CanvasRenderingContext2D;
  }

  /** The values of every call of a name, in order. */
  calls(name: string): unknown[][] {
    return this.entries.filter(([each]) => each === name).map(([, ...values]) => values);
  }

  /** Every call of a name with a setting as it stood then. */
  callsWith(name: string, setting: string): { values: unknown[]; setting: unknown }[] {
    let now: unknown;
    return this.entries.flatMap(([each, ...values]) => {
      if (each === `${setting}=`) [now] = values;
      return each === name ? [{ values, setting: now }] : [];
    });
  }
}

function makeImage(width: number, height: number) {
  return { width, height, data: new Uint8ClampedArray(width * height * 4) };
}

/** Gives every canvas of the document a recorder until the mocks are restored. */
export function recordCanvases(): (canvas: HTMLCanvasElement) => Recorder {
  const recorders = new WeakMap<HTMLCanvasElement, Recorder>();
  const of = (canvas: HTMLCanvasElement) => {
    const recorder = recorders.get(canvas) ?? new Recorder(canvas);
    recorders.set(canvas, recorder);
    return recorder;
  };
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(function (
    this: HTMLCanvasElement,
  ) {
    return of(this).context as unknown as RenderingContext;
  } as never);
  const papers = OffscreenCanvas.prototype;
  vi.spyOn(papers, 'getContext').mockImplementation(() => new Recorder().context as never);
  vi.spyOn(papers, 'transferToImageBitmap').mockImplementation(function (this: OffscreenCanvas) {
    return { width: this.width, height: this.height, close: () => undefined };
  });
  return of;
}

/** The last picture that was put on a canvas, as ABGR words. */
export function pixelsOf(recorder: Recorder): Uint32Array {
  const [image] = recorder.calls('putImageData').at(-1) as [ImageData];
  return new Uint32Array(image.data.buffer);
}
