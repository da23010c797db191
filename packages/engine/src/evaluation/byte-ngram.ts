import { bitsPerByteFromNats } from './bits-per-byte.ts';
import { trainTokenNgram } from './kneser-ney.ts';

export interface ByteNgramModel {
  /** Nats over all bytes of a document. */
  totalNll(document: Uint8Array): number;
  /** Over all bytes of all documents. @throws RangeError without any bytes */
  bitsPerByte(documents: readonly Uint8Array[]): number;
  /** P(byte | bytes before it). */
  probability(context: Uint8Array, byte: number): number;
}

/** Interpolated modified Kneser-Ney over bytes: the smallest language model a trained one has to beat. */
export function trainByteNgram(
  documents: Iterable<Uint8Array>,
  options: { order?: number } = {},
): ByteNgramModel {
  const model = trainTokenNgram(documents, { order: options.order ?? 5, vocabSize: 256 });
  return {
    totalNll: (document) => model.totalNll(document),
    bitsPerByte: (held) => {
      const bytes = held.reduce((sum, document) => sum + document.length, 0);
      const nats = held.reduce((sum, document) => sum + model.totalNll(document), 0);
      return bitsPerByteFromNats(nats, bytes);
    },
    probability: (context, byte) => model.probability(context, byte),
  };
}
