/** Hands a file to the person: the browser saves it. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  // The download has the bytes once the click has been dealt with.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
