import { countDocument, NgramCounts, NONE, ROOT } from './ngram-counts.ts';

export interface NgramOptions {
  /** Longest n-gram; 5 means four tokens of context. */
  order: number;
  /** Tokens are 0 .. vocabSize-1. */
  vocabSize: number;
}

export interface NgramModel {
  readonly order: number;
  /** Different n-grams of all orders. */
  readonly ngrams: number;
  /**
   * Negative log likelihood of a document in nats, each token given those before it and the start of the document.
   * The end of a document is not predicted, as gzip and our language models' losses do not count it either.
   */
  totalNll(document: ArrayLike<number>): number;
  /** P(token | context); a context shorter than order-1 is taken as the start of a document. Sums to one over tokens. */
  probability(context: ArrayLike<number>, token: number): number;
}

/** Discounts for counts 1, 2 and 3 or more; index 0 is unused. */
type Discounts = readonly [number, number, number, number];
const USUAL: Discounts = [0, 0.5, 1, 1.5];

/** Chen and Goodman 1998, eq. 26, with usual values where a tiny text gives none that make sense. */
export function estimateDiscounts(countsOfCounts: readonly number[]): Discounts {
  const [, n1, n2, n3, n4] = countsOfCounts;
  const y = n1 / (n1 + 2 * n2);
  const raw = [0, 1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3];
  const sound = (c: 1 | 2 | 3) => (raw[c] > 0 && raw[c] <= c ? raw[c] : USUAL[c]);
  return [0, sound(1), sound(2), sound(3)];
}

/**
 * Interpolated modified Kneser-Ney (Chen and Goodman 1998): each order subtracts a discount from its counts and gives what
 * it saves to the next lower order; lower orders count in how many different contexts an n-gram was seen; below the
 * single tokens stands the uniform distribution, so nothing has probability zero.
 */
class KneserNey implements NgramModel {
  readonly order: number;
  private readonly vocabSize: number;
  private readonly counts: NgramCounts;
  private readonly discounts: Discounts[];
  /** Per context: sum of its children's counts, and what their discounts add up to. */
  private readonly total: Int32Array;
  private readonly saved: Float64Array;

  constructor(counts: NgramCounts, { order, vocabSize }: NgramOptions) {
    this.order = order;
    this.vocabSize = vocabSize;
    this.counts = counts;
    const { parent, token, count, before, order: orderOf, size } = counts;
    // N-grams with nothing in front (of the longest order, or at the start of a document) keep their plain counts.
    for (let node = 1; node < size; node++) if (before[node] > 0) count[node] = before[node];
    const countsOfCounts = Array.from({ length: order + 1 }, () => [0, 0, 0, 0, 0]);
    const predicted = (node: number) => token[node] !== vocabSize;
    for (let node = 1; node < size; node++) {
      if (predicted(node) && count[node] <= 4) countsOfCounts[orderOf[node]][count[node]]++;
    }
    this.discounts = countsOfCounts.map(estimateDiscounts);
    this.total = new Int32Array(size);
    this.saved = new Float64Array(size);
    for (let node = 1; node < size; node++) {
      if (!predicted(node)) continue;
      this.total[parent[node]] += count[node];
      this.saved[parent[node]] += this.discounts[orderOf[node]][Math.min(count[node], 3)];
    }
  }

  get ngrams(): number {
    return this.counts.size - 1;
  }

  totalNll(document: ArrayLike<number>): number {
    let contexts = this.startOfDocument();
    let next = new Int32Array(this.order + 1);
    let nats = 0;
    for (let i = 0; i < document.length; i++) {
      nats -= Math.log(this.step(contexts, document[i], next));
      [contexts, next] = [next, contexts];
    }
    return nats;
  }

  probability(context: ArrayLike<number>, token: number): number {
    let contexts = this.startOfDocument();
    let next = new Int32Array(this.order + 1);
    for (let i = 0; i < context.length; i++) {
      this.step(contexts, context[i], next);
      [contexts, next] = [next, contexts];
    }
    return this.step(contexts, token, next);
  }

  private startOfDocument(): Int32Array<ArrayBuffer> {
    const contexts = new Int32Array(this.order + 1).fill(NONE);
    contexts[0] = ROOT;
    if (this.order > 1) contexts[1] = this.counts.find(ROOT, this.vocabSize);
    return contexts;
  }

  /** Probability of `token` after `contexts` (node of the last k tokens at k); writes the contexts after it to `next`. */
  private step(contexts: Int32Array, token: number, next: Int32Array): number {
    if (!(token >= 0 && token < this.vocabSize)) {
      throw new RangeError(`token ${token} is outside the vocabulary of ${this.vocabSize}`);
    }
    const { counts, total, saved } = this;
    let probability = 1 / this.vocabSize;
    next.fill(NONE);
    next[0] = ROOT;
    for (let k = 0; k < this.order; k++) {
      const context = contexts[k];
      if (context === NONE || total[context] === 0) continue;
      const node = counts.find(context, token);
      let kept = 0;
      if (node !== NONE) {
        const count = counts.count[node];
        kept = count - this.discounts[k + 1][Math.min(count, 3)];
        if (k + 1 < this.order) next[k + 1] = node;
      }
      probability = (kept + saved[context] * probability) / total[context];
    }
    return probability;
  }
}

/** Trains an interpolated modified Kneser-Ney model on documents of token ids. @throws RangeError at an id outside */
export function trainTokenNgram(documents: Iterable<ArrayLike<number>>, options: NgramOptions): NgramModel {
  const counts = new NgramCounts();
  for (const document of documents) countDocument(counts, document, options.order, options.vocabSize);
  return new KneserNey(counts, options);
}
