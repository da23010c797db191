import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AWKWARD, goldenLines, trainingTexts } from '../../test/golden-tokenizer/sentences.ts';
import { buildDoubleArray } from './double-array.ts';
import { PieceType, type UnigramModel } from './model.ts';
import { createTokenizer } from './tokenizer.ts';
import { trainUnigram } from './train.ts';

const model = trainUnigram(trainingTexts(), { vocabSize: 640 });
const tokenizer = createTokenizer(model);
const NASTY = [
  '',
  '\n',
  '\n\n leading newlines',
  'literal ▁ and ▁▁ marks',
  '▁',
  '<s> </s> <unk> <pad> <0x41>',
  '\r\n windows',
  '\u0000',
  '\uFEFF\uFEFF',
  ' '.repeat(1000),
];

describe('round trip', () => {
  it.each([...AWKWARD, ...NASTY])('keeps %j', (text) => {
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it('keeps every well-formed string', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 60 });
    const mixed = fc.array(fc.oneof(anything, fc.constantFrom(' ', '\n', '▁', '言語', 'the', '<s>')), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(mixed, (parts) => {
        const text = parts.join('');
        fc.pre(text.isWellFormed());
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it('keeps every single code point', () => {
    let all = '';
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code < 0xd800 || code > 0xdfff) all += String.fromCodePoint(code);
    }
    expect(tokenizer.decode(tokenizer.encode(all)) === all).toBe(true);
  });

  it('keeps a document of several megabytes, with and without newlines', () => {
    const lines = goldenLines().join('\n').repeat(60);
    expect(tokenizer.decode(tokenizer.encode(lines)) === lines).toBe(true);
    const oneLine = lines.replaceAll('\n', ' ');
    expect(tokenizer.decode(tokenizer.encode(oneLine)) === oneLine).toBe(true);
  });

  it('refuses half a surrogate pair instead of losing it, saying where', () => {
    expect(() => tokenizer.encode('ab𠮷\ud83d!')).toThrow(
      expect.objectContaining({ code: 'LoneSurrogate', params: { index: 4 } }),
    );
  });
});

describe('encoding', () => {
  it('never makes a control or byte piece out of its name', () => {
    const ids = [...tokenizer.encode('<s></s><unk><pad><0x41>')];
    expect(ids.some((id) => id < 261)).toBe(false);
  });

  it('finds a path with the best possible score', () => {
    const scores = new Map(
      model.pieces.filter((p) => p.type === PieceType.normal).map((p) => [p.piece, p.score]),
    );
    const bestScore = (text: string): number => {
      const best = [0];
      for (let j = 1; j <= text.length; j++) {
        best[j] = Number.NEGATIVE_INFINITY;
        for (let i = Math.max(0, j - 16); i < j; i++) {
          best[j] = Math.max(best[j], best[i] + (scores.get(text.slice(i, j)) ?? Number.NEGATIVE_INFINITY));
        }
      }
      return best[text.length];
    };
    for (const line of goldenLines().slice(0, 300)) {
      const found = [...tokenizer.encode(line)].reduce((sum, id) => sum + model.pieces[id].score, 0);
      const text = line.replaceAll(' ', '\u2581');
      if (Number.isFinite(bestScore(text))) expect(found).toBeCloseTo(bestScore(text), 9);
    }
  });

  it('writes into a given array and says where it ended, and refuses one that is too small', () => {
    const text = '新しい言語モデルを調べました。';
    const ids = tokenizer.encode(text);
    for (const size of [ids.length + 3, 200]) {
      const target = new Int32Array(size);
      expect(tokenizer.encodeInto(text, target, 3)).toBe(3 + ids.length);
      expect(target.subarray(3, 3 + ids.length)).toEqual(ids);
    }
    expect(() => tokenizer.encodeInto(text, new Int32Array(2))).toThrow(RangeError);
  });
});

describe('decoding', () => {
  it('leaves control pieces out and shows unknown ids as U+FFFD', () => {
    const ids = [tokenizer.bosId, ...tokenizer.encode('言語'), tokenizer.eosId, tokenizer.padId];
    expect(tokenizer.decode(ids)).toBe('言語');
    expect(tokenizer.decode([tokenizer.unkId, 999_999, -1])).toBe('\uFFFD\uFFFD\uFFFD');
  });

  it('streams: a character in byte pieces appears once it is whole, a broken one at the end', () => {
    const decoder = tokenizer.decoder();
    const ids = [...tokenizer.encode('🦜')];
    expect(ids).toHaveLength(4);
    expect(ids.map((id) => decoder.push(id))).toEqual(['', '', '', '🦜']);
    decoder.push(ids[0]);
    expect(decoder.end()).toBe('\uFFFD');
  });

  it('names pieces and finds their ids', () => {
    expect(tokenizer.vocabSize).toBe(640);
    for (let id = 0; id < 640; id++) expect(tokenizer.pieceToId(tokenizer.idToPiece(id)!)).toBe(id);
    expect(tokenizer.idToPiece(640)).toBeUndefined();
  });
});

describe('models from elsewhere', () => {
  const piece = (text: string, score: number, type: PieceType = PieceType.normal) => ({
    piece: text,
    score,
    type,
  });
  const foreign: UnigramModel = {
    pieces: [
      piece('<unk>', 0, PieceType.unknown),
      piece('\u2581a', -1),
      piece('b', -2),
      piece('a', -3),
      piece('\u2581', -4),
    ],
    unkId: 0,
    bosId: -1,
    eosId: -1,
    padId: -1,
    byteFallback: false,
    addDummyPrefix: true,
    arithmetic: 'float32',
  };

  it('puts the space in front and takes it away again where the model says so', () => {
    const other = createTokenizer(foreign);
    expect([...other.encode('ab')]).toEqual([1, 2]);
    expect(other.decode([1, 2])).toBe('ab');
    expect(other.decode(other.encode(' a'))).toBe(' a');
    expect([...other.encode('')]).toEqual([]);
  });

  it('writes the unknown piece where there are no bytes to fall back on', () => {
    expect([...createTokenizer(foreign).encode('a語')]).toEqual([1, 0, 0, 0]);
  });

  it('prefers a user-defined piece to any split of it', () => {
    const pieces = [...foreign.pieces, piece('b\u2581b', 0, PieceType.userDefined)];
    expect([...createTokenizer({ ...foreign, pieces }).encode('ab ba')]).toEqual([1, 5, 3]);
  });
});

describe('double array', () => {
  it('finds exactly the strings that were put in, with their prefixes', () => {
    const labels = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
    const set = fc.uniqueArray(labels, { maxLength: 300, selector: (b) => b.join() });
    fc.assert(
      fc.property(set, fc.array(labels, { maxLength: 50 }), (strings, probes) => {
        const entries = strings.map((string, i) => ({ labels: string, score: -i }));
        const { units, scores, entryOf } = buildDoubleArray(entries, 300);
        const find = (key: number[]) => {
          let node = 0;
          for (const label of key) {
            const next = units[node * 4] + label;
            if (units[next * 4 + 1] !== node) return -1;
            node = next;
          }
          expect(scores[node * 2 + 1]).toBe(entryOf[node] < 0 ? Number.NEGATIVE_INFINITY : -entryOf[node]);
          return entryOf[node];
        };
        const indexes = new Map(strings.map((string, i) => [string.join(), i]));
        for (const key of [...strings, ...probes]) expect(find(key)).toBe(indexes.get(key.join()) ?? -1);
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});
