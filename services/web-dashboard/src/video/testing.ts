type Bytes = readonly number[];

/** For tests: an MP4 box. */
export function box(kind: string, ...parts: Bytes[]): Bytes {
  const body = parts.flat();
  return [...u32(body.length + 8), ...[...kind].map((letter) => letter.charCodeAt(0)), ...body];
}

/** For tests: an MP4 box with version and flags. */
export function fullBox(kind: string, version: number, flags: number, ...parts: Bytes[]): Bytes {
  return box(kind, u32(((version << 24) | flags) >>> 0), ...parts);
}

export function u32(value: number): Bytes {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}

export function u64(value: bigint): Bytes {
  return [...u32(Number(value >> 32n)), ...u32(Number(value & 0xffff_ffffn))];
}
