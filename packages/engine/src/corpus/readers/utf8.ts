import { isUtf8 } from 'node:buffer';

/** Text of the bytes without a byte order mark, or the offset of the first byte that is not UTF-8. */
export function decodeUtf8(bytes: Buffer): { text: string } | { badOffset: number } {
  if (!isUtf8(bytes)) return { badOffset: firstBadByte(bytes) };
  const text = bytes.toString('utf8');
  return { text: text.startsWith('\ufeff') ? text.slice(1) : text };
}

/** Offset of the first byte at which the well-formed sequences of Unicode table 3-7 end. */
function firstBadByte(bytes: Buffer): number {
  let i = 0;
  while (i < bytes.length) {
    const length = sequenceLength(bytes, i);
    if (length === 0) return i;
    i += length;
  }
  return i;
}

function sequenceLength(bytes: Buffer, i: number): number {
  const lead = bytes[i];
  const follows = (offset: number, low = 0x80, high = 0xbf) => {
    const byte = bytes[i + offset];
    return byte !== undefined && byte >= low && byte <= high;
  };
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return follows(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const low = lead === 0xe0 ? 0xa0 : 0x80;
    return follows(1, low, lead === 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const low = lead === 0xf0 ? 0x90 : 0x80;
    return follows(1, low, lead === 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}
