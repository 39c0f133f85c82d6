/** What a source is, by how its address begins. */
export type SourceKind = 'rtsp' | 'http' | 'file' | 'simulated';

const KINDS: readonly { readonly pattern: RegExp; readonly kind: SourceKind }[] = [
  { pattern: /^rtsps?:\/\//i, kind: 'rtsp' },
  { pattern: /^https?:\/\//i, kind: 'http' },
  { pattern: /^(file:\/\/|[/~.])/i, kind: 'file' },
  { pattern: /^sim:/i, kind: 'simulated' },
];

export const KIND_WORDS: Readonly<Record<SourceKind, string>> = {
  rtsp: 'RTSP camera or recorder',
  http: 'HLS playlist or MJPEG over HTTP',
  file: 'Video file on the server',
  simulated: 'Made by this product, for trying things out',
};

/** One address of each kind, to begin with. */
export const EXAMPLES: readonly { readonly label: string; readonly url: string }[] = [
  { label: 'RTSP', url: 'rtsp://user:password@10.0.0.7:554/stream1' },
  { label: 'RTSPS', url: 'rtsps://user:password@10.0.0.7:322/stream1' },
  { label: 'HLS', url: 'https://10.0.0.7/live/index.m3u8' },
  { label: 'MJPEG', url: 'http://10.0.0.7/video.mjpg' },
  { label: 'File', url: '/videos/street.mp4' },
  { label: 'Simulated', url: 'sim:clock?fps=25&width=1280&height=720' },
];

/** Null while nothing can be told, or where no kind begins like this. */
export function kindOf(url: string): SourceKind | null {
  const typed = url.trim();
  const found = KINDS.find(({ pattern }) => pattern.test(typed))?.kind ?? null;
  // A file's name without a folder is refused by the server in words of its own.
  return found === null && typed !== '' && !typed.includes(':') ? 'file' : found;
}
