// Batches as the trainer and the evaluator take them: rows of T + 1 token ids, inputs and targets overlap.

/** Data that another tokenizer made. */
export class TokenOutsideVocabulary extends RangeError {
  override name = 'TokenOutsideVocabulary';
}

/** Splits tokens [B, T + 1] into inputs [B * T] and next-token targets [B * T]. */
export function splitTokens(
  tokens: Int32Array,
  batchSize: number,
  sequenceLength: number,
  vocabSize: number,
): { inputs: Int32Array; targets: Int32Array } {
  const width = sequenceLength + 1;
  if (tokens.length !== batchSize * width) {
    throw new RangeError(`a batch is ${batchSize} x ${width} tokens, got ${tokens.length}`);
  }
  const bad = tokens.findIndex((id) => id < 0 || id >= vocabSize);
  if (bad >= 0)
    throw new TokenOutsideVocabulary(
      `token ${tokens[bad]} at ${bad} is outside the vocabulary of ${vocabSize}: was the data made with another tokenizer?`,
    );
  const inputs = new Int32Array(batchSize * sequenceLength);
  const targets = new Int32Array(batchSize * sequenceLength);
  for (let row = 0; row < batchSize; row++) {
    inputs.set(tokens.subarray(row * width, row * width + sequenceLength), row * sequenceLength);
    targets.set(tokens.subarray(row * width + 1, (row + 1) * width), row * sequenceLength);
  }
  return { inputs, targets };
}
