import { loneSurrogate } from './encoder.ts';
import { MergeQueue } from './merge-queue.ts';
import { byteOfPiece, type PieceModel, PieceType, SPACE_MARK } from './model.ts';

/** Longest piece in code units; a place and the length of what would be joined there go into one number. */
const LENGTH_RANGE = 2 ** 12;

interface Entry {
  id: number;
  score: number;
  type: PieceType;
}

/**
 * BPE as SentencePiece runs it (Sennrich 2016): text becomes characters and user-defined pieces, and of all neighbours that make a
 * piece together those with the best score are joined, of equal ones the leftmost, until none is left. User-defined pieces join
 * nothing. A piece marked as unused is taken apart again, and what is no piece becomes bytes, or the unknown id once for a run.
 */
export class MergingEncoder {
  private readonly model: PieceModel;
  private readonly entries = new Map<string, Entry>();
  private readonly byteIds = new Int32Array(256).fill(-1);
  /** User-defined pieces by their first code unit, longest first. */
  private readonly fixed = new Map<number, string[]>();
  /** Text may be cut at newlines first: no piece but the newline itself contains one. */
  private readonly byLine: boolean;
  private readonly utf8 = new TextEncoder();

  constructor(model: PieceModel) {
    this.model = model;
    for (const [id, { piece, score, type }] of model.pieces.entries()) {
      if (type === PieceType.byte) this.byteIds[byteOfPiece(piece)] = id;
      if (type !== PieceType.normal && type !== PieceType.userDefined && type !== PieceType.unused) continue;
      // A plain space inside a piece never matches in SentencePiece, where text has U+2581 there.
      if (piece.includes(' ')) continue;
      const text = piece.replaceAll(SPACE_MARK, ' ');
      this.entries.set(text, { id, score, type });
      if (type === PieceType.userDefined) {
        const alike = this.fixed.get(text.charCodeAt(0)) ?? [];
        this.fixed.set(text.charCodeAt(0), alike);
        alike.push(text);
      }
    }
    for (const alike of this.fixed.values()) alike.sort((a, b) => b.length - a.length);
    this.byLine = ![...this.entries.keys()].some((text) => text.length > 1 && text.includes('\n'));
  }

  encode(text: string): Int32Array {
    if (!text.isWellFormed()) throw loneSurrogate(text);
    const input = this.model.addDummyPrefix && text !== '' ? ` ${text}` : text;
    const ids: number[] = [];
    for (let from = 0; from < input.length; ) {
      const newline = this.byLine ? input.indexOf('\n', from) : -1;
      const to = newline < 0 ? input.length : newline + 1;
      this.encodePart(input.slice(from, to), ids);
      from = to;
    }
    return Int32Array.from(ids);
  }

  encodeInto(text: string, target: Int32Array, offset: number): number {
    const ids = this.encode(text);
    target.set(ids, offset);
    return offset + ids.length;
  }

  private encodePart(text: string, ids: number[]): void {
    const { ends, isFixed } = this.split(text);
    const starts = ends.map((_, i) => (i === 0 ? 0 : ends[i - 1]));
    const next = ends.map((_, i) => i + 1);
    const previous = ends.map((_, i) => i - 1);
    /** Of each unused piece that was made, the length of its left half. */
    const halves = new Map<string, number>();
    const queue = new MergeQueue();
    const offer = (left: number) => {
      const right = next[left];
      if (left < 0 || right >= ends.length || isFixed[left] || isFixed[right]) return;
      const length = ends[right] - starts[left];
      if (length >= LENGTH_RANGE) return;
      const joined = text.slice(starts[left], ends[right]);
      const entry = this.entries.get(joined);
      if (!entry) return;
      queue.push(-entry.score, left * LENGTH_RANGE + length);
      if (entry.type === PieceType.unused) halves.set(joined, ends[left] - starts[left]);
    };
    for (let i = 0; i + 1 < ends.length; i++) offer(i);
    for (let top = queue.pop(); top; top = queue.pop()) {
      const left = Math.floor(top[1] / LENGTH_RANGE);
      const right = next[left];
      // One of the two may have been joined with its other neighbour since.
      if (right >= ends.length || ends[left] < 0 || ends[right] - starts[left] !== top[1] % LENGTH_RANGE)
        continue;
      ends[left] = ends[right];
      ends[right] = -1;
      next[left] = next[right];
      if (next[left] < ends.length) previous[next[left]] = left;
      offer(previous[left]);
      offer(left);
    }
    for (let i = 0; i < ends.length; i = next[i]) this.write(text.slice(starts[i], ends[i]), halves, ids);
  }

  /** Characters and user-defined pieces: where each ends, and which are user-defined. */
  private split(text: string): { ends: number[]; isFixed: boolean[] } {
    const ends: number[] = [];
    const isFixed: boolean[] = [];
    for (let at = 0; at < text.length; ) {
      const fixed = this.fixed.get(text.charCodeAt(at))?.find((piece) => text.startsWith(piece, at));
      at += fixed?.length ?? (text.codePointAt(at)! > 0xffff ? 2 : 1);
      ends.push(at);
      isFixed.push(fixed !== undefined);
    }
    return { ends, isFixed };
  }

  private write(piece: string, halves: ReadonlyMap<string, number>, ids: number[]): void {
    const entry = this.entries.get(piece);
    const half = entry?.type === PieceType.unused ? halves.get(piece) : undefined;
    if (half !== undefined) {
      this.write(piece.slice(0, half), halves, ids);
      this.write(piece.slice(half), halves, ids);
    } else if (entry) ids.push(entry.id);
    else if (this.model.byteFallback)
      for (const byte of this.utf8.encode(piece)) ids.push(this.byteIds[byte]);
    else if (ids.at(-1) !== this.model.unkId) ids.push(this.model.unkId);
  }
}
