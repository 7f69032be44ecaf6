/** Pictures collected class by class: sent to the server one after the other as they come. */
import type { Listing } from '../core/dataset';
import type { Words } from '../core/run';
import type { Problem } from '../core/types';
import { deletePicture, postPicture, type Taken } from '../io/data';
import { problemOf } from './problem';

export interface Bin {
  label: string;
  /** Pictures that the server has of it. */
  count: number;
  /** The pictures that came since collecting began. */
  thumbs: readonly Thumb[];
}

export interface Thumb {
  url: string;
  /** Its number in the data set. */
  index: number;
}

interface Waiting {
  label: string;
  bytes: Blob;
}

const SLUG = /[^a-z0-9]+/g;
const ID_LENGTH = 40;

/** An id for a set of this name that none of the others has. */
export function freeId(name: string, taken: readonly string[]): string {
  const plain = name.toLowerCase().replace(SLUG, '-').slice(0, ID_LENGTH);
  const stem = plain.replace(/^-+|-+$/g, '') || 'mine';
  for (let n = 1; ; n++) {
    const id = n === 1 ? stem : `${stem}-${n}`;
    if (!taken.includes(id)) return id;
  }
}

export class Collection {
  bins: readonly Bin[] = $state.raw([]);
  /** Pictures that are on their way or wait for it. */
  left = $state(0);
  problem: Problem | null = $state.raw(null);
  notes: readonly Words[] = $state.raw([]);

  #waiting: Waiting[] = [];
  #isSending = false;
  #ended = new AbortController();

  constructor(
    readonly id: string,
    readonly name: string,
    private readonly ontaken: (taken: Taken) => void,
    listing: Listing | null = null,
  ) {
    this.bins = (listing?.classes ?? []).map(({ en: label }, index) => ({
      ...{ label, count: listing?.per_class[index] ?? 0, thumbs: [] },
    }));
  }

  /** Adds an empty class; one that is there already stays as it is. */
  addBin(label: string): void {
    const clean = label.trim();
    if (clean === '' || this.bins.some((bin) => bin.label === clean)) return;
    this.bins = [...this.bins, { label: clean, count: 0, thumbs: [] }];
  }

  /** An empty class that nobody wants. */
  dropBin(label: string): void {
    this.bins = this.bins.filter((bin) => bin.label !== label || bin.count > 0);
  }

  add(label: string, pictures: readonly Blob[]): void {
    this.#waiting.push(...pictures.map((bytes) => ({ label, bytes })));
    this.left = this.#waiting.length + (this.#isSending ? 1 : 0);
    if (!this.#isSending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    [this.problem, this.notes] = [null, []];
    const { signal } = this.#ended;
    for (let next = this.#waiting.shift(); next && !signal.aborted; next = this.#waiting.shift()) {
      this.left = this.#waiting.length + 1;
      try {
        this.#took(next, await postPicture(this.id, { ...next, name: this.name }, signal));
      } catch (error) {
        if (!signal.aborted) this.problem = problemOf(error);
      }
    }
    this.left = 0;
    this.#isSending = false;
  }

  #took({ label, bytes }: Waiting, taken: Taken & { index: number }): void {
    this.notes = taken.notes;
    const thumb = { url: URL.createObjectURL(bytes), index: taken.index };
    this.bins = this.bins.map((bin) =>
      bin.label === label ? { ...bin, count: bin.count + 1, thumbs: [...bin.thumbs, thumb] } : bin,
    );
    this.ontaken(taken);
  }

  /** Takes a picture back; those behind it in the set move up by one. */
  async remove(label: string, { url, index }: Thumb): Promise<void> {
    if (this.left > 0) return;
    this.left = 1;
    try {
      const listing = await deletePicture(this.id, index);
      const moved = (each: Thumb) => ({
        ...each,
        index: each.index - (each.index > index ? 1 : 0),
      });
      this.bins = this.bins.map(({ thumbs, ...bin }) => ({
        ...bin,
        count: bin.count - (bin.label === label ? 1 : 0),
        thumbs: thumbs.filter((each) => each.url !== url).map(moved),
      }));
      URL.revokeObjectURL(url);
      this.ontaken({ listing, notes: [] });
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.left = 0;
  }

  dismiss(): void {
    [this.problem, this.notes] = [null, []];
  }

  /** Ends what is under way and gives the thumbnails back. */
  rest(): void {
    this.#ended.abort();
    this.#waiting = [];
    for (const { thumbs } of this.bins) thumbs.forEach(({ url }) => URL.revokeObjectURL(url));
    this.bins = [];
  }
}
