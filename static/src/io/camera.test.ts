// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cameraReason, openCamera, stopCamera } from './camera';

afterEach(() => vi.unstubAllGlobals());

function stub(isSecureContext: boolean, getUserMedia?: () => Promise<unknown>) {
  vi.stubGlobal('isSecureContext', isSecureContext);
  vi.stubGlobal('navigator', getUserMedia ? { mediaDevices: { getUserMedia } } : {});
}

describe('openCamera', () => {
  it('gives the running camera', async () => {
    const stream = {};
    stub(true, () => Promise.resolve(stream));
    expect(await openCamera()).toBe(stream);
  });

  it('does not ask for a camera where browsers have none to show', async () => {
    const ask = vi.fn();
    stub(false, ask);
    expect(await openCamera()).toBe('camera.insecure');
    expect(ask).not.toHaveBeenCalled();
    stub(true);
    expect(await openCamera()).toBe('camera.insecure');
  });

  it.each([
    ['NotAllowedError', 'camera.denied'],
    ['NotFoundError', 'camera.none'],
    ['NotReadableError', 'camera.busy'],
    ['UnknownError', 'camera.failed'],
  ])('says why it does not run: %s', async (name, reason) => {
    stub(true, () => Promise.reject(Object.assign(new Error(), { name })));
    expect(await openCamera()).toBe(reason);
  });
});

describe('cameraReason', () => {
  it('knows nothing of what is no error', () => {
    expect(cameraReason('NotAllowedError')).toBe('camera.failed');
  });
});

describe('stopCamera', () => {
  it('stops every track', () => {
    const tracks = [{ stop: vi.fn() }, { stop: vi.fn() }];
    stopCamera({ getTracks: () => tracks } as unknown as MediaStream);
    for (const { stop } of tracks) expect(stop).toHaveBeenCalledOnce();
  });
});
