import { describe, expect, it } from 'vitest';
import { isInitSegment, readFragmentTimes, readInitSegment } from './mp4';
import { box, fullBox, u32, u64 } from './testing';

function anInitSegment(entryKind = 'avc1', timescale = 90_000): ArrayBuffer {
  const record = box('avcC', [1, 0x64, 0x00, 0x1f, 0xff]);
  const entry = box(entryKind, new Array(78).fill(0), entryKind === 'hvc1' ? [] : record);
  const table = box('stbl', fullBox('stsd', 0, 0, u32(1), entry));
  const header = fullBox('mdhd', 0, 0, u32(0), u32(0), u32(timescale), u32(0));
  const media = box('mdia', header, box('minf', table));
  const bytes = [...box('ftyp', u32(0)), ...box('moov', fullBox('mvhd', 0, 0), box('trak', media))];
  return Uint8Array.from(bytes).buffer;
}

interface RunFields {
  readonly version?: number;
  readonly composition?: number;
}

function aFragment(dts: bigint, { version = 1, composition = 0 }: RunFields = {}): ArrayBuffer {
  const run = fullBox(
    'trun',
    version,
    0xf01,
    u32(1),
    u32(100),
    u32(3_600),
    u32(5),
    u32(0),
    u32(composition >>> 0),
  );
  const track = box('traf', fullBox('tfhd', 0, 0, u32(1)), fullBox('tfdt', 1, 0, u64(dts)), run);
  const bytes = [...box('moof', fullBox('mfhd', 0, 0, u32(1)), track), ...box('mdat', [1, 2, 3])];
  return Uint8Array.from(bytes).buffer;
}

describe('readInitSegment', () => {
  it('finds the codec and the timescale', () => {
    expect(readInitSegment(anInitSegment())).toEqual({ codec: 'avc1.64001f', timescale: 90_000 });
    expect(readInitSegment(anInitSegment('avc3', 12_800))?.codec).toBe('avc3.64001f');
  });

  it('knows no codec but H.264', () => {
    expect(readInitSegment(anInitSegment('hvc1'))).toEqual({ codec: null, timescale: 90_000 });
  });

  it('is told from a fragment', () => {
    expect(isInitSegment(anInitSegment())).toBe(true);
    expect(isInitSegment(aFragment(0n))).toBe(false);
    expect(isInitSegment(new ArrayBuffer(3))).toBe(false);
    expect(readInitSegment(aFragment(0n))).toBeNull();
  });

  it('refuses boxes that reach beyond the end', () => {
    const cut = anInitSegment().slice(0, 60);
    expect(readInitSegment(cut)).toBeNull();
  });
});

describe('readFragmentTimes', () => {
  it('reads 64-bit times', () => {
    const dts = 90_000n * 3_600n * 24n * 365n;
    expect(readFragmentTimes(aFragment(dts))).toEqual({ pts: Number(dts), duration: 3_600 });
  });

  it('adds the composition offset, which may be negative', () => {
    expect(readFragmentTimes(aFragment(7_200n, { composition: 3_600 }))?.pts).toBe(10_800);
    expect(readFragmentTimes(aFragment(7_200n, { composition: -3_600 }))?.pts).toBe(3_600);
  });

  it('is null for anything else', () => {
    expect(readFragmentTimes(anInitSegment())).toBeNull();
    expect(readFragmentTimes(new ArrayBuffer(0))).toBeNull();
  });
});
