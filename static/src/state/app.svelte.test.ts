// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makePage } from '../../tests/network';
import { FakeServer, problem } from '../../tests/server';
import { decodeState, DEFAULT_STATE, encodeState, type State } from '../core/url';
import { locale } from '../i18n/i18n.svelte';
import { App } from './app.svelte';

const NAME = { en: 'mine', zh: '我的' };
let server: FakeServer;
let dark: { matches: boolean; listen: () => void };

beforeEach(() => {
  server = new FakeServer();
  dark = { matches: false, listen: () => undefined };
  vi.stubGlobal('matchMedia', () => ({
    get matches() {
      return dark.matches;
    },
    addEventListener: (_type: string, listen: () => void) => (dark.listen = listen),
  }));
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['en-GB']);
  history.replaceState(null, '', '#');
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  locale.language = 'en';
});

/** The page as it opens at an address. */
function openAt(state: Partial<State> = {}): App {
  history.replaceState(null, '', `#${encodeState({ ...DEFAULT_STATE, ...state })}`);
  return new App(makePage());
}

const added = (text: string) => ({ bytes: new Blob([text]), name: NAME });
const addressed = () => decodeState(location.hash);

describe('the address', () => {
  it('restores the whole state', () => {
    const state = { net: 'digits', picture: 'one', node: 'conv', c: 1, cell: [2, 3] as const };
    const app = openAt({ ...state, scale: 'block', theme: 'dark', lang: 'zh' });
    expect([app.net, app.picture.id, app.fit]).toEqual(['digits', 'one', 'digit']);
    expect([app.node, app.channel, app.cell]).toEqual(['conv', 1, { y: 2, x: 3 }]);
    expect([app.scale, app.theme, app.language, locale.language]).toEqual([
      ...['block', 'dark', 'zh', 'zh'],
    ]);
  });

  it('says every change, as a step that goes back or in place', () => {
    const app = openAt();
    const push = vi.spyOn(history, 'pushState');
    app.go({ node: 'conv' });
    expect([push.mock.calls.length, addressed().node]).toEqual([1, 'conv']);
    app.go({ scale: 'map' }, false);
    expect([push.mock.calls.length, addressed().scale]).toEqual([1, 'map']);
    app.go({ scale: 'map' });
    expect(push).toHaveBeenCalledTimes(1);
  });

  it('that changes by itself changes the page', () => {
    const app = openAt({ node: 'conv', c: 1 });
    history.replaceState(null, '', '#v=1&picture=rocket&lang=zh');
    app.restore();
    expect([app.node, app.picture.id, locale.language]).toEqual([null, 'rocket', 'zh']);
  });

  it.each([
    ['network', { net: 'nobody' }],
    ['picture', { picture: 'nobody' }],
  ])('with an unknown %s shows the first of all and says so', (what, state) => {
    const app = openAt(state);
    expect([app.net, app.picture.id, app.gone]).toEqual(['tiny', 'coffee', { what, id: 'nobody' }]);
    if (what === 'network') app.chooseNet('digits');
    else app.choosePicture('rocket');
    expect(app.gone).toBeNull();
  });

  it('with the network alone shows the first picture that fits it', () => {
    expect(openAt({ net: 'digits' }).picture.id).toBe('seven');
  });

  it.each([
    ['a node that the network lacks', { node: 'nobody', c: 0 }, [null, null, null]],
    ['a channel too many', { node: 'conv', c: 4, cell: [0, 0] }, ['conv', null, null]],
    ['a cell outside', { node: 'conv', c: 3, cell: [6, 0] }, ['conv', 3, null]],
    ['the last cell', { node: 'conv', c: 3, cell: [5, 5] }, ['conv', 3, { y: 5, x: 5 }]],
  ] as [string, Partial<State>, unknown[]][])(
    'with %s opens what there is',
    (_what, state, open) => {
      const app = openAt(state);
      expect([app.node, app.channel, app.cell]).toEqual(open);
      expect(app.pinned).toEqual(open[1] === null ? null : { node: open[0], channel: open[1] });
    },
  );

  it('with an own picture that is gone says so until another one is chosen', () => {
    const app = openAt({ picture: 'own-7' });
    expect([app.gone?.what, app.picture.id]).toEqual(['own', 'coffee']);
    app.choosePicture('rocket');
    expect(app.gone).toBeNull();
  });
});

describe('theme and language', () => {
  it('follow the system and the browser until they are chosen', () => {
    const app = openAt();
    expect([app.theme, app.language]).toEqual(['light', 'en']);
    dark.matches = true;
    dark.listen();
    expect(app.theme).toBe('dark');
    app.go({ theme: 'light', lang: 'zh' });
    expect([app.theme, app.language, locale.language]).toEqual(['light', 'zh', 'zh']);
  });
});

describe('choosing a network', () => {
  it('takes the first picture that fits, and closes what was open', () => {
    const app = openAt({ picture: 'rocket', node: 'conv', c: 1, cell: [0, 0] });
    app.chooseNet('digits');
    expect([app.net, app.picture.id, app.node]).toEqual(['digits', 'seven', null]);
    expect(addressed()).toEqual({ ...DEFAULT_STATE, net: 'digits' });
  });

  it('keeps a picture that fits and every picture of the person’s own', () => {
    const app = openAt({ picture: 'rocket' });
    app.chooseNet('tiny');
    expect(app.picture.id).toBe('rocket');
    app.addPictures([added('a')]);
    const own = app.picture;
    app.chooseNet('digits');
    expect([own.own, app.picture]).toEqual([true, own]);
  });

  it('forgets the square that was cut from the picture', () => {
    const app = openAt();
    app.crop = { x: 1, y: 2, side: 3 };
    app.chooseNet('digits');
    expect(app.crop).toBeNull();
  });
});

describe('pictures', () => {
  it('of the person’s own are added side by side, the last one is shown', () => {
    const app = openAt();
    app.addPictures([added('a'), added('b')]);
    expect(app.fitting.map(({ own }) => own)).toEqual([false, false, true, true]);
    expect(app.picture).toBe(app.fitting.at(-1));
    app.addPictures([]);
    expect(app.picture).toBe(app.fitting.at(-1));
  });

  it('follow each other in a ring', () => {
    const app = openAt();
    const seen = [1, 1, -1, -1].map((step) => (app.nextPicture(step), app.picture.id));
    expect(seen).toEqual(['rocket', 'coffee', 'rocket', 'coffee']);
  });

  it('that are removed make room for the one before', () => {
    const app = openAt();
    app.addPictures([added('a'), added('b')]);
    const [, , first, second] = app.fitting;
    app.removePicture(second?.id ?? '');
    expect(app.picture).toBe(first);
    app.choosePicture('coffee');
    app.removePicture(first?.id ?? '');
    expect([app.picture.id, app.fitting.length]).toEqual(['coffee', 2]);
  });

  it('have a square of their own', () => {
    const app = openAt();
    app.crop = { x: 1, y: 2, side: 3 };
    app.choosePicture('rocket');
    expect(app.crop).toBeNull();
  });

  it('that the address brings back come whole', () => {
    const app = openAt({ picture: 'rocket' });
    app.crop = { x: 1, y: 2, side: 3 };
    history.replaceState(null, '', '#v=1&picture=rocket&scale=map');
    app.restore();
    expect(app.crop).not.toBeNull();
    history.replaceState(null, '', '#v=1&picture=coffee');
    app.restore();
    expect(app.crop).toBeNull();
  });
});

describe('opening and going back', () => {
  it('goes up level by level: cell, map, column, overview', () => {
    const app = openAt();
    app.open({ node: 'conv' });
    app.open({ node: 'conv', channel: 2 });
    app.open({ node: 'conv', channel: 2, y: 1, x: 4 });
    const levels = () => [app.node, app.channel, app.cell];
    expect(levels()).toEqual(['conv', 2, { y: 1, x: 4 }]);
    expect([app.back(), levels()]).toEqual([true, ['conv', 2, null]]);
    expect([app.back(), levels()]).toEqual([true, ['conv', null, null]]);
    expect([app.back(), levels()]).toEqual([true, [null, null, null]]);
    expect(app.back()).toBe(false);
  });

  it('has no maps between a number of a vector and the overview', () => {
    const app = openAt({ node: 'dense', c: 1 });
    app.back();
    expect(app.node).toBeNull();
  });

  it('makes a step of every map and none of a move within one', () => {
    const app = openAt();
    const push = vi.spyOn(history, 'pushState');
    app.open({ node: 'conv', channel: 2 });
    app.open({ node: 'conv', channel: 2, y: 1, x: 4 });
    app.open({ node: 'conv', channel: 2, y: 1, x: 5 });
    expect(push).toHaveBeenCalledTimes(1);
    app.open({ node: 'conv', channel: 3, y: 1, x: 5 });
    expect(push).toHaveBeenCalledTimes(2);
  });

  it('leaves no cell of the map that was opened before', () => {
    const app = openAt({ node: 'conv', c: 1, cell: [2, 2] });
    app.open({ node: 'relu', channel: 0 });
    expect(app.cell).toBeNull();
  });

  it('walks from layer to layer with the channel, as far as it goes', () => {
    const app = openAt({ node: 'pool', c: 3 });
    const walk = (step: number) => (app.nextLayer(step), [app.node, app.channel]);
    expect([walk(1), walk(1)]).toEqual([
      ['flat', 3],
      ['dense', 2],
    ]);
    app.open({ node: 'conv' });
    expect([walk(-1), walk(-1)]).toEqual([
      ['input', null],
      ['input', null],
    ]);
  });

  it('walks nowhere while nothing is open', () => {
    const app = openAt();
    app.nextLayer(1);
    expect(app.node).toBeNull();
  });
});

describe('the scale', () => {
  it('goes round through all modes', () => {
    const app = openAt();
    const seen = [1, 2, 3, 4].map(() => (app.nextScale(), app.scale));
    expect(seen).toEqual(['block', 'network', 'map', 'layer']);
  });
});

describe('drawing', () => {
  const posted = () => server.to('/trace').map(({ query, body }) => query.get('picture') ?? body);

  it('traces the picture of the state and fetches its numbers', async () => {
    const app = openAt({ picture: 'rocket' });
    await app.draw();
    expect(posted()).toEqual(['rocket']);
    expect(app.look.exact.size).toBe(7);
    expect(app.look.weights.size).toBe(4);
  });

  it('traces a sketch while it grows, whole and not among the pictures', async () => {
    const app = openAt();
    app.crop = { x: 1, y: 2, side: 3 };
    const line = new Blob(['line']);
    app.sketch(line);
    await app.draw();
    expect([posted(), server.calls[0]?.query.get('crop')]).toEqual([[line], null]);
    app.sketch(null);
    await app.draw();
    expect(posted()[1]).toBe('coffee');
    expect(server.to('/trace')[1]?.query.get('crop')).toBe('1,2,3');
  });

  it('does not keep an own picture that the server refuses, and says why', async () => {
    const app = openAt({ picture: 'rocket' });
    await app.draw();
    app.addPictures([added('no picture')]);
    server.next = [problem(422)];
    await app.draw();
    expect([app.picture.id, app.fitting.length]).toEqual(['rocket', 2]);
    expect(app.look.problem?.status).toBe(422);
    await app.draw();
    expect(app.look.problem?.status).toBe(422);
  });

  it('keeps the own picture that was shown before a refused one', async () => {
    const app = openAt();
    app.addPictures([added('good')]);
    const good = app.picture;
    await app.draw();
    app.addPictures([added('bad')]);
    server.next = [problem(422)];
    await app.draw();
    expect(app.picture).toBe(good);
    await app.draw();
    expect(app.fitting).toContain(good);
  });

  it('keeps a bundled picture whose square is refused, without the square', async () => {
    const app = openAt();
    app.crop = { x: 900, y: 900, side: 3 };
    server.next = [problem(422)];
    await app.draw();
    expect([app.picture.id, app.crop]).toEqual(['coffee', null]);
  });

  it('says nothing more of a refusal once another picture or network is chosen', async () => {
    const app = openAt();
    server.next = [problem(422)];
    await app.draw();
    app.choosePicture('rocket');
    expect(app.look.problem).toBeNull();
    server.next = [problem(422)];
    await app.draw();
    app.chooseNet('digits');
    expect(app.look.problem).toBeNull();
  });
});

describe('what was changed', () => {
  it('belongs to its network, and waits there', () => {
    const app = openAt({ net: 'digits', edits: 'c!conv!0!0' });
    const digits = app.edits.list;
    expect(digits).toHaveLength(1);
    app.go({ ...app.state, net: 'other', edits: null });
    expect([app.edits.list, addressed().edits]).toEqual([[], null]);
    app.go({ net: 'digits' });
    expect([app.edits.list, addressed().edits]).toEqual([digits, 'c!conv!0!0']);
  });
});
