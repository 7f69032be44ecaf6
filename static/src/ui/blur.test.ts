import { describe, expect, it, vi } from 'vitest';
import { whenLeft } from './blur';

describe('a field that loses the focus', () => {
  function leave(act: () => void): { isConnected: boolean } {
    const field = { isConnected: true };
    whenLeft(act)({ currentTarget: field } as unknown as FocusEvent);
    return field;
  }

  it('says so once it has', async () => {
    const act = vi.fn();
    leave(act);
    expect(act).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(act).toHaveBeenCalledOnce();
  });

  it('says nothing when it is taken away', async () => {
    const act = vi.fn();
    leave(act).isConnected = false;
    await Promise.resolve();
    expect(act).not.toHaveBeenCalled();
  });
});
