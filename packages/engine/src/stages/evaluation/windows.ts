/**
 * How documents are laid into windows of `sequenceLength` predictions. Each document begins with the end-of-sequence
 * token, as in the packed shards, and that token is never predicted. A document longer than a window is cut into
 * windows that overlap by half: every token but those of the first window is predicted with at least half a window of
 * context, and every token of a document counts exactly once.
 */
export interface Window {
  document: number;
  /** sequenceLength + 1 ids, filled up behind the document with the end-of-sequence token. */
  tokens: Int32Array;
  /** Predictions `from` to `to` (exclusive) of this window count. */
  from: number;
  to: number;
}

export function* windowsOf(
  documents: Iterable<Int32Array>,
  sequenceLength: number,
  eosId: number,
): Generator<Window> {
  const stride = Math.max(1, Math.floor(sequenceLength / 2));
  let index = 0;
  for (const ids of documents) {
    let scored = 0;
    for (let start = 0; scored < ids.length; start += stride) {
      const tokens = new Int32Array(sequenceLength + 1).fill(eosId);
      // Place p of the stream is the separator for p = 0 and token p - 1 of the document after it.
      const first = Math.max(0, start - 1);
      tokens.set(ids.subarray(first, start + sequenceLength), start === 0 ? 1 : 0);
      const to = Math.min(sequenceLength, ids.length - start);
      yield { document: index, tokens, from: scored - start, to };
      scored = start + to;
    }
    index++;
  }
}

/** Sums of nats by document. `losses` takes [batchSize, sequenceLength + 1] ids and answers [batchSize * sequenceLength] nats. */
export async function natsByDocument(
  windows: Window[],
  options: {
    batchSize: number;
    sequenceLength: number;
    losses: (tokens: Int32Array) => Float32Array;
    /** Called before each batch; may throw to stop. */
    beforeBatch: (done: number, all: number) => Promise<void>;
  },
): Promise<Map<number, number>> {
  const { batchSize, sequenceLength, losses, beforeBatch } = options;
  const nats = new Map<number, number>();
  for (let first = 0; first < windows.length; first += batchSize) {
    await beforeBatch(first, windows.length);
    const batch = windows.slice(first, first + batchSize);
    const tokens = new Int32Array(batchSize * (sequenceLength + 1));
    for (const [row, window] of batch.entries()) tokens.set(window.tokens, row * (sequenceLength + 1));
    const scored = losses(tokens);
    for (const [row, { document, from, to }] of batch.entries()) {
      let sum = nats.get(document) ?? 0;
      for (let i = from; i < to; i++) sum += scored[row * sequenceLength + i];
      nats.set(document, sum);
    }
  }
  return nats;
}
