/** The little of ISO/IEC 14496-12 and -15 that a live player must read itself. */

/** What an init segment says about its one video track. */
export interface InitSegment {
  /** For `MediaSource.isTypeSupported`, e.g. `avc1.64001f`; null where it is not H.264. */
  readonly codec: string | null;
  /** Ticks per second of `tfdt` and of durations. */
  readonly timescale: number;
}

/** When the picture of a one-sample fragment is shown, in ticks of its track. */
export interface FragmentTimes {
  readonly pts: number;
  readonly duration: number;
}

interface Box {
  readonly start: number;
  readonly end: number;
}

const BOX_HEADER_BYTES = 8;
const CONTAINERS_TO_TABLE = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'];
const VISUAL_ENTRY_BYTES = 78;
const FULL_BOX_BYTES = 4;

const TRUN_DATA_OFFSET = 0x1;
const TRUN_FIRST_SAMPLE_FLAGS = 0x4;
const TRUN_DURATION = 0x100;
const TRUN_SIZE = 0x200;
const TRUN_FLAGS = 0x400;
const TRUN_COMPOSITION = 0x800;

/** Whether these bytes begin a new init segment. */
export function isInitSegment(bytes: ArrayBuffer): boolean {
  return bytes.byteLength > BOX_HEADER_BYTES && kindOf(new DataView(bytes), 0) === 'ftyp';
}

/** Reads an init segment; null where it is none. */
export function readInitSegment(bytes: ArrayBuffer): InitSegment | null {
  const view = new DataView(bytes);
  const header = findPath(view, ['moov', 'trak', 'mdia', 'mdhd']);
  const table = findPath(view, CONTAINERS_TO_TABLE);
  if (!header || !table) return null;
  const version = view.getUint8(header.start);
  const timescale = view.getUint32(header.start + (version === 1 ? 20 : 12));
  return { timescale, codec: readCodec(view, table) };
}

function readCodec(view: DataView, table: Box): string | null {
  const entries = { start: table.start + 2 * FULL_BOX_BYTES, end: table.end };
  const entry = find(view, entries, 'avc1') ?? find(view, entries, 'avc3');
  if (!entry) return null;
  const inside = { start: entry.start + VISUAL_ENTRY_BYTES, end: entry.end };
  const record = find(view, inside, 'avcC');
  if (!record) return null;
  const name = kindOf(view, entry.start - BOX_HEADER_BYTES);
  const profile = [1, 2, 3].map((at) => view.getUint8(record.start + at));
  return `${name}.${profile.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Reads when a fragment's first sample is shown; null where that cannot be told. */
export function readFragmentTimes(bytes: ArrayBuffer): FragmentTimes | null {
  const view = new DataView(bytes);
  const track = findPath(view, ['moof', 'traf']);
  if (!track) return null;
  const decodeTime = find(view, track, 'tfdt');
  const run = find(view, track, 'trun');
  if (!decodeTime || !run) return null;
  const first = decodeTime.start + FULL_BOX_BYTES;
  const isLong = view.getUint8(decodeTime.start) === 1;
  const dts = isLong ? Number(view.getBigUint64(first)) : view.getUint32(first);
  const { duration, composition } = readFirstSample(view, run);
  return { pts: dts + composition, duration };
}

function readFirstSample(view: DataView, run: Box): { duration: number; composition: number } {
  const version = view.getUint8(run.start);
  const flags = view.getUint32(run.start) & 0xffffff;
  let at = run.start + FULL_BOX_BYTES + 4;
  if (flags & TRUN_DATA_OFFSET) at += 4;
  if (flags & TRUN_FIRST_SAMPLE_FLAGS) at += 4;
  const duration = flags & TRUN_DURATION ? view.getUint32(at) : 0;
  for (const flag of [TRUN_DURATION, TRUN_SIZE, TRUN_FLAGS]) if (flags & flag) at += 4;
  if (!(flags & TRUN_COMPOSITION)) return { duration, composition: 0 };
  return { duration, composition: version === 0 ? view.getUint32(at) : view.getInt32(at) };
}

function findPath(view: DataView, path: readonly string[]): Box | null {
  let box: Box | null = { start: 0, end: view.byteLength };
  for (const kind of path) {
    box = box && find(view, box, kind);
  }
  return box;
}

/** The first box of a kind directly inside `parent`, without its header. */
function find(view: DataView, parent: Box, kind: string): Box | null {
  let at = parent.start;
  while (at + BOX_HEADER_BYTES <= parent.end) {
    const size = view.getUint32(at);
    const end = at + size;
    if (size < BOX_HEADER_BYTES || end > parent.end) return null;
    if (kindOf(view, at) === kind) return { start: at + BOX_HEADER_BYTES, end };
    at = end;
  }
  return null;
}

function kindOf(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at + 4),
    view.getUint8(at + 5),
    view.getUint8(at + 6),
    view.getUint8(at + 7),
  );
}
