import { finished } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';

/**
 * Decompresses zstd (RFC 8878) of any number of frames, skippable ones among them, as `cat a.zst b.zst` and parallel
 * compressors write. Node's decoder ends at the first frame that ends inside a chunk and passes over what stands behind
 * it, so the rest of that chunk begins another decoder. Throws the decoder's own errors.
 */
export async function* unzstd(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer | null = null;
  let ended = false;
  try {
    while (!ended || rest) {
      const decoder = createZstdDecompress({ chunkSize: 1 << 17 });
      const over = finished(decoder, { writable: false }).catch(() => undefined);
      let last: Buffer = Buffer.alloc(0);
      let fed = 0;
      const feed = async () => {
        for (;;) {
          const next = rest ?? (await chunks.next()).value;
          rest = null;
          if (!next) break;
          last = next;
          fed += next.length;
          await Promise.race([new Promise((resolve) => decoder.write(next, resolve)), over]);
          if (decoder.destroyed || decoder.bytesWritten < fed) return;
        }
        ended = true;
        decoder.end();
      };
      const feeding = feed().catch((error: Error) => void decoder.destroy(error));
      try {
        for await (const chunk of decoder) yield chunk as Buffer;
      } finally {
        decoder.destroy();
        await feeding;
      }
      const left = fed - decoder.bytesWritten;
      if (left > 0) rest = last.subarray(last.length - left);
    }
  } finally {
    await chunks.return(undefined);
  }
}
