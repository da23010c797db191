import { trainByteNgram } from '../../evaluation/byte-ngram.ts';

/** A language model of good text, asked how usual another text is. */
export interface QualityModel {
  /** Perplexity per character over the first `characters` characters: low for text like that it was trained on. */
  perplexity(text: string, characters: number): number;
}

/**
 * Trains the model that the `perplexity` filter asks: interpolated modified Kneser-Ney over UTF-8 bytes, of order 5, on texts that people
 * hold for good. About 60 bytes of memory per byte of training text, so a few megabytes are enough and usual.
 * @throws RangeError without any text
 */
export function trainQualityModel(texts: Iterable<string>, order = 5): QualityModel {
  const documents: Uint8Array[] = [];
  for (const text of texts) if (text !== '') documents.push(Buffer.from(text));
  if (documents.length === 0) throw new RangeError('a quality model needs at least one text');
  const model = trainByteNgram(documents, { order });
  return {
    perplexity(text, characters) {
      const head = text.slice(0, characters).toWellFormed();
      return head === ''
        ? Number.POSITIVE_INFINITY
        : Math.exp(model.totalNll(Buffer.from(head)) / head.length);
    },
  };
}
