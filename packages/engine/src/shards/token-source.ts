/** A long run of token ids that is read in windows, so that a corpus need not fit into memory. */
export interface TokenSource {
  /** Number of tokens. */
  readonly length: number;
  /** Fills `into` with the tokens `start .. start + into.length - 1`. Throws RangeError outside the run. */
  read(start: number, into: Int32Array): void;
}

/** Tokens that are in memory already (small corpora, tests). */
export function tokensInMemory(tokens: ArrayLike<number>): TokenSource {
  return {
    length: tokens.length,
    read(start, into) {
      checkRange(start, into.length, tokens.length);
      for (let i = 0; i < into.length; i++) into[i] = tokens[start + i];
    },
  };
}

export function checkRange(start: number, count: number, length: number): void {
  if (!Number.isInteger(start) || start < 0 || start + count > length) {
    throw new RangeError(`tokens ${start}..${start + count} are outside the run of ${length}`);
  }
}
