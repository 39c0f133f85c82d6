/**
 * Tells how many device pixels an element covers, now and whenever that changes.
 *
 * Returns what ends it.
 */
export function observeDeviceSize(
  element: Element,
  changed: (width: number, height: number, pixelRatio: number) => void,
): () => void {
  const observer = new ResizeObserver(([entry]) => {
    if (!entry) return;
    const ratio = window.devicePixelRatio;
    const exact = entry.devicePixelContentBoxSize?.[0];
    const width = exact?.inlineSize ?? Math.round(entry.contentRect.width * ratio);
    const height = exact?.blockSize ?? Math.round(entry.contentRect.height * ratio);
    changed(width, height, ratio);
  });
  try {
    observer.observe(element, { box: 'device-pixel-content-box' });
  } catch {
    // Safari knows this box not: rounding is off by a pixel at most.
    observer.observe(element);
  }
  return () => observer.disconnect();
}
