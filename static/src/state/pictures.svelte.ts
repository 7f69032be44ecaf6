/** The pictures at hand: the bundled ones and the person's own, which never leave this tab. */
import { type Bundled, type Fit, type Source, type Text } from '../io/api';

export interface Picture extends Text {
  id: string;
  own: boolean;
  fit: Fit | 'any';
  credit: string;
  /** Address of a small copy. */
  thumb: string;
  source: Source;
}

/** A square of the upright picture, in its pixels. */
export interface Crop {
  x: number;
  y: number;
  side: number;
}

const THUMB_PX = 96;
const OWN = 'own-';
/** In the ids of own pictures: an address from another tab must not show one of this tab. */
const TAB = crypto.getRandomValues(new Uint8Array(4)).join('');

function fromBundled(bundled: Bundled): Picture {
  return {
    ...bundled,
    own: false,
    thumb: `/api/pictures/${bundled.id}?size=${THUMB_PX}`,
    source: { bundled: bundled.id },
  };
}

export function isOwnId(id: string): boolean {
  return id.startsWith(OWN);
}

/** A drawing that is not finished: traced like any picture, but not among them. */
export function sketched(bytes: Blob): Picture {
  const name = { en: '', zh: '' };
  return { ...name, id: 'sketch', own: true, fit: 'any', credit: '', thumb: '', source: { bytes } };
}

export class Pictures {
  all: readonly Picture[] = $state.raw([]);
  #next = 1;

  constructor(bundled: readonly Bundled[]) {
    this.all = bundled.map(fromBundled);
  }

  find(id: string): Picture | undefined {
    return this.all.find((each) => each.id === id);
  }

  /** Bundled pictures made for this kind of network, then the person's own. */
  fitting(fit: Fit): readonly Picture[] {
    return this.all.filter((each) => each.fit === fit || each.own);
  }

  add(bytes: Blob, name: Text, fit: Fit | 'any' = 'any'): Picture {
    const id = `${OWN}${TAB}-${this.#next++}`;
    const thumb = URL.createObjectURL(bytes);
    const picture = { ...name, id, own: true, fit, credit: '', thumb, source: { bytes } };
    this.all = [...this.all, picture];
    return picture;
  }

  remove(id: string): void {
    const picture = this.find(id);
    if (!picture?.own) return;
    URL.revokeObjectURL(picture.thumb);
    this.all = this.all.filter((each) => each.id !== id);
  }
}
