/**
 * Bits per byte: how many bits a model needs for one byte of UTF-8 text it has not seen. It compares models with
 * different tokenizers, and with compressors, because the bytes are the same for all of them.
 * @param totalNats negative log likelihood of the text in nats
 * @param totalBytes UTF-8 bytes of the same text
 */
export function bitsPerByteFromNats(totalNats: number, totalBytes: number): number {
  if (!(totalBytes > 0)) throw new RangeError('bits per byte of no bytes');
  return totalNats / Math.LN2 / totalBytes;
}
