import { fetchFile } from './client';

const REVOKED_AFTER_MS = 60_000;

/** Has the browser keep a file of the API, under the server's name or `fallback`. */
export async function saveFile(path: string, fallback: string): Promise<void> {
  const { blob, name } = await fetchFile(path);
  keep(blob, name ?? fallback);
}

/** Has the browser keep `blob` as a file. */
export function keep(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser may only begin to read when this is over.
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKED_AFTER_MS);
}
