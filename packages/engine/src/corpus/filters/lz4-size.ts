const HASH_BITS = 13;
const table = new Int32Array(1 << HASH_BITS);

/**
 * Size in bytes of an LZ4 block (greedy, one candidate per 4-byte hash, as the reference's fast mode) of `bytes`: what Uzushio's CompressionRate
 * divides by the original size. Only the size is computed; matches and offsets follow the LZ4 block format.
 */
export function lz4Size(bytes: Uint8Array): number {
  table.fill(-1);
  const end = bytes.length;
  const lastMatch = end - 12;
  let size = 0;
  let anchor = 0;
  for (let i = 0; i < lastMatch; ) {
    const word = read32(bytes, i);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = table[slot] as number;
    table[slot] = i;
    if (candidate < 0 || i - candidate > 0xffff || read32(bytes, candidate) !== word) {
      i += 1;
      continue;
    }
    let length = 4;
    while (i + length < end - 5 && bytes[i + length] === bytes[candidate + length]) length += 1;
    size += 3 + lengthBytes(i - anchor) + (i - anchor) + lengthBytes(length - 4);
    i += length;
    anchor = i;
  }
  return size + 1 + lengthBytes(end - anchor) + (end - anchor);
}

const lengthBytes = (length: number) => (length < 15 ? 0 : 1 + Math.floor((length - 15) / 255));
const read32 = (bytes: Uint8Array, at: number) =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);
