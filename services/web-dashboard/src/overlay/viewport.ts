/** A rectangle in device pixels of the canvas. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where `object-fit: contain` puts a picture in a canvas: as large as possible, whole, centred.
 *
 * Returns null while either has no size.
 */
export function fitContain(
  picture: { readonly width: number; readonly height: number },
  canvas: { readonly width: number; readonly height: number },
): Rectangle | null {
  if (!(picture.width > 0 && picture.height > 0 && canvas.width > 0 && canvas.height > 0)) {
    return null;
  }
  const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: (canvas.width - width) / 2, y: (canvas.height - height) / 2, width, height };
}
