import { TokenizerError } from './errors.ts';
import { MergeQueue } from './merge-queue.ts';
import type { StreamDecoder, Tokenizer } from './tokenizer.ts';

/**
 * A byte-level BPE model (Sennrich 2016 over the bytes of GPT-2), for text of other groups' tokenizers: GPT-2, Llama 3.
 * Pieces are kept as bytes; the letters that files show for bytes are undone when they are read.
 */
export interface BpeModel {
  /** Bytes of each id; undefined where an id is not used. */
  pieces: readonly (Uint8Array | undefined)[];
  /** The piece as the file writes it. */
  names: readonly (string | undefined)[];
  /** Ids of the 256 single bytes. */
  byteIds: Int32Array;
  /** Pairs of ids that may be joined, earlier ones first. */
  merges: readonly (readonly [left: number, right: number, joined: number])[];
  /** Cuts text into the parts that merges stay inside, one pattern after the other; what matches no pattern is a part too. */
  patterns: readonly RegExp[];
  addPrefixSpace: boolean;
  /** A part that is a piece is taken whole, without merging. */
  ignoreMerges: boolean;
  /** Never made from text and left out by `decode`. */
  specials: ReadonlySet<number>;
  bosId: number;
  eosId: number;
  padId: number;
}

const REPLACEMENT = new Uint8Array([0xef, 0xbf, 0xbd]);
/** Parts are words; a cache of this many saves nearly all the merging. */
const CACHED_PARTS = 65_536;
/** A pair of ids as one number. */
const ID_RANGE = 2 ** 26;

/** Parts of a text by one pattern, what lies between matches included. */
function cut(text: string, pattern: RegExp): string[] {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(match[0]);
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

class BpeTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly unkId = -1;
  readonly bosId: number;
  readonly eosId: number;
  readonly padId: number;
  private readonly model: BpeModel;
  private readonly ranks = new Map<number, number>();
  private readonly ids = new Map<string, number>();
  private readonly cache = new Map<string, Int32Array>();
  private readonly utf8 = new TextEncoder();

  constructor(model: BpeModel) {
    this.model = model;
    this.vocabSize = model.pieces.length;
    this.bosId = model.bosId;
    this.eosId = model.eosId;
    this.padId = model.padId;
    model.merges.forEach(([left, right], rank) => {
      this.ranks.set(left * ID_RANGE + right, rank);
    });
    model.names.forEach((name, id) => {
      if (name !== undefined) this.ids.set(name, id);
    });
  }

  encode(text: string): Int32Array {
    if (!text.isWellFormed()) {
      const index = text.search(/\p{Surrogate}/u);
      throw new TokenizerError('LoneSurrogate', { index }, `The text has half a surrogate pair at ${index}`);
    }
    const prefixed = this.model.addPrefixSpace && text !== '' && !text.startsWith(' ') ? ` ${text}` : text;
    const parts = this.model.patterns.reduce(
      (found, pattern) => found.flatMap((part) => cut(part, pattern)),
      prefixed === '' ? [] : [prefixed],
    );
    const encoded = parts.map((part) => this.encodePart(part));
    const ids = new Int32Array(encoded.reduce((sum, part) => sum + part.length, 0));
    let end = 0;
    for (const part of encoded) {
      ids.set(part, end);
      end += part.length;
    }
    return ids;
  }

  encodeInto(text: string, target: Int32Array, offset = 0): number {
    const ids = this.encode(text);
    target.set(ids, offset);
    return offset + ids.length;
  }

  decode(ids: Iterable<number>): string {
    const decoder = this.decoder();
    let text = '';
    for (const id of ids) text += decoder.push(id);
    return text + decoder.end();
  }

  decoder(): StreamDecoder {
    const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
    const { pieces, specials } = this.model;
    return {
      push: (id) => (specials.has(id) ? '' : utf8.decode(pieces[id] ?? REPLACEMENT, { stream: true })),
      end: () => utf8.decode(),
    };
  }

  idToPiece(id: number): string | undefined {
    return this.model.names[id];
  }

  pieceToId(piece: string): number | undefined {
    return this.ids.get(piece);
  }

  private encodePart(part: string): Int32Array {
    const known = this.cache.get(part);
    if (known) return known;
    const ids = this.merge(this.utf8.encode(part));
    if (this.cache.size >= CACHED_PARTS) this.cache.clear();
    this.cache.set(part, ids);
    return ids;
  }

  /** Joins the pair with the earliest merge until none is left. O(n log n) in the bytes of the part. */
  private merge(bytes: Uint8Array): Int32Array {
    const { byteIds, merges, ignoreMerges } = this.model;
    if (ignoreMerges) {
      const whole = this.wholePiece(bytes);
      if (whole >= 0) return Int32Array.of(whole);
    }
    const ids = Int32Array.from(bytes, (byte) => byteIds[byte]);
    const next = Int32Array.from(ids, (_, i) => i + 1);
    const previous = Int32Array.from(ids, (_, i) => i - 1);
    const queue = new MergeQueue();
    const offer = (left: number) => {
      if (left < 0 || next[left] >= ids.length) return;
      const rank = this.ranks.get(ids[left] * ID_RANGE + ids[next[left]]);
      if (rank !== undefined) queue.push(rank, left);
    };
    for (let i = 0; i + 1 < ids.length; i++) offer(i);
    for (let top = queue.pop(); top; top = queue.pop()) {
      const [rank, left] = top;
      const [first, second, joined] = merges[rank];
      const right = next[left];
      // One of the two may have been joined with its other neighbour since.
      if (right >= ids.length || ids[left] !== first || ids[right] !== second) continue;
      ids[left] = joined;
      ids[right] = -1;
      next[left] = next[right];
      if (next[left] < ids.length) previous[next[left]] = left;
      offer(previous[left]);
      offer(left);
    }
    return ids.filter((id) => id >= 0);
  }

  private wholePiece(bytes: Uint8Array): number {
    const name = Array.from(bytes, (byte) => this.model.names[this.model.byteIds[byte]]).join('');
    const id = this.ids.get(name);
    return id === undefined || this.model.specials.has(id) ? -1 : id;
  }
}

export function createBpeTokenizer(model: BpeModel): Tokenizer {
  return new BpeTokenizer(model);
}
