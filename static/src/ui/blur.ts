/**
 * A field that loses the focus. One that is taken away while it has the focus is told so as well,
 * when what it belonged to is gone already: that is not passed on.
 */
export function whenLeft(act: () => void): (event: FocusEvent) => void {
  return ({ currentTarget }) => {
    const field = currentTarget as Element;
    queueMicrotask(() => {
      if (field.isConnected) act();
    });
  };
}
