/** Pictures that the server does not read and the browser draws, as PNG. */

/** Longest side of the drawn picture in pixels. */
export const LONGEST_PX = 1024;

export interface Size {
  width: number;
  height: number;
}

/** A drawing grows to the longest side, a photograph only shrinks to it. */
export function rasterSize(natural: Size, isVector: boolean): Size {
  const scale = LONGEST_PX / Math.max(natural.width, natural.height);
  const factor = isVector ? scale : Math.min(1, scale);
  return {
    width: Math.max(1, Math.round(natural.width * factor)),
    height: Math.max(1, Math.round(natural.height * factor)),
  };
}

/**
 * The drawing with the size of its view box said: not every browser draws one without a size.
 * As text, because a parsed document's own styles would count against the page's policy.
 */
export function withSize(svg: string): string {
  return svg.replace(/<((?:\w+:)?svg)(\s[^>]*)?>/, (root: string, tag: string, rest = '') => {
    if (/\swidth\s*=\s*["'][\d.]+(px)?["']/.test(root)) return root;
    const box = /\sviewBox\s*=\s*["']([^"']*)["']/.exec(root)?.[1]?.trim() ?? '';
    const [, , width = LONGEST_PX, height = LONGEST_PX] = box.split(/[\s,]+/);
    const others = String(rest).replace(/\s(width|height)\s*=\s*("[^"]*"|'[^']*')/g, '');
    return `<${tag} width="${width}" height="${height}"${others}>`;
  });
}

async function loadImage(url: string): Promise<HTMLImageElement | null> {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return null;
  }
  return image.naturalWidth > 0 ? image : null;
}

/**
 * The canvas as PNG, at once: Chromium lets `toBlob` wait for an idle moment, which came up to a
 * second late beside a running drawing.
 */
export function toPng(canvas: HTMLCanvasElement): Blob {
  const [, body = ''] = canvas.toDataURL('image/png').split(',');
  const bytes = Uint8Array.from(atob(body), (each) => each.charCodeAt(0));
  return new Blob([bytes], { type: 'image/png' });
}

/** The picture as PNG; null when this browser cannot draw it. */
export async function rasterise(picture: Blob, isVector: boolean): Promise<Blob | null> {
  const source = isVector
    ? new Blob([withSize(await picture.text())], { type: 'image/svg+xml' })
    : picture;
  const url = URL.createObjectURL(source);
  try {
    const image = await loadImage(url);
    if (!image) return null;
    const size = rasterSize({ width: image.naturalWidth, height: image.naturalHeight }, isVector);
    const canvas = Object.assign(document.createElement('canvas'), size);
    canvas.getContext('2d')?.drawImage(image, 0, 0, size.width, size.height);
    return toPng(canvas);
  } finally {
    URL.revokeObjectURL(url);
  }
}
