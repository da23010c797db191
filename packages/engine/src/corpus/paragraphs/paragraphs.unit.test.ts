import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createParagraphCounter, paragraphsOf } from './frequencies.ts';
import { percentile, removeRepeated } from './repeated.ts';
import { createSimHasher, hammingDistance } from './simhash.ts';
import { editDistance } from './similarity.ts';

const hash = (i: number) => Math.imul(i ^ (i >>> 7), 0x9e3779b1) >>> 0;
const prose = (seed: number, length = 80) =>
  Array.from({ length }, (_, i) => String.fromCharCode(0x4e00 + (hash(seed * 7919 + i * 31) % 4000))).join(
    '',
  );
const edited = (text: string) => `${text.slice(0, 20)}改${text.slice(21, 60)}訂${text.slice(61)}`;

describe('SimHash', () => {
  const signature = (...texts: string[]) => {
    const simHash = createSimHasher();
    const target = new Int32Array(4 * texts.length);
    for (const [i, text] of texts.entries()) simHash(text, target, 4 * i);
    return target;
  };

  it('puts near-duplicates near each other and unrelated text about 64 bits apart', () => {
    for (let seed = 0; seed < 30; seed++) {
      const text = prose(seed);
      expect(hammingDistance(signature(text, edited(text)), 0, 1)).toBeLessThan(36);
      expect(hammingDistance(signature(text, prose(seed + 500)), 0, 1)).toBeGreaterThan(40);
    }
  });

  it('sees neither case nor white space, and gives equal text equal bits', () => {
    expect(hammingDistance(signature('Some TEXT of\nwords', 'some text of words'), 0, 1)).toBe(0);
  });
});

describe('frequencies of paragraphs', () => {
  it('count copies, and near-duplicates with them', () => {
    const counter = createParagraphCounter();
    const [menu, other] = [prose(1), prose(2)];
    for (const text of [menu, menu, edited(menu), other])
      counter.add(`${text}\n\n${prose(hash(text.length))}`);
    const { exact, near } = counter.frequencies();
    expect([exact(menu), near(menu)]).toEqual([2, 3]);
    expect([exact(edited(menu)), near(edited(menu))]).toEqual([1, 3]);
    expect([exact(other), near(other)]).toEqual([1, 1]);
    expect(near('never seen')).toBe(0);
  });

  it('find at least 95 % of planted near-duplicates among thousands of paragraphs, and join no others', () => {
    const counter = createParagraphCounter();
    const planted = Array.from({ length: 2000 }, (_, i) => prose(i + 10, 70));
    for (const text of planted) counter.add(`${text}\n\n${edited(text)}`);
    const { near } = counter.frequencies();
    const found = planted.filter((text) => near(text) === 2).length;
    expect(found).toBeGreaterThan(1900);
    expect(planted.every((text) => near(text) <= 2)).toBe(true);
  });

  it('compare short paragraphs by edit distance', () => {
    const counter = createParagraphCounter();
    counter.add('お問い合わせはこちらまで\n\nお問い合わせはこちらへ\n\n会社概要と沿革');
    const { near } = counter.frequencies();
    expect(near('お問い合わせはこちらまで')).toBe(2);
    expect(near('会社概要と沿革')).toBe(1);
  });

  it('take lines as paragraphs where no blank line is', () => {
    expect(paragraphsOf('a\nb')).toEqual(['a', 'b']);
    expect(paragraphsOf('a\nb\n\n\nc ')).toEqual(['a\nb', 'c']);
  });
});

describe('removal of repeated paragraphs', () => {
  const settings = { runs: { count: 3, frequency: 10 }, documents: { expected: 5, percentile: 0.05 } };
  const frequencies = (near: (paragraph: string) => number) => ({ exact: near, near, distinct: 0 });
  const frequent = frequencies((paragraph) => (paragraph.startsWith('menu') ? 50 : 1));

  it('cuts runs of frequent paragraphs, and leaves shorter runs', () => {
    const result = removeRepeated(
      'menu1\n\nmenu2\n\nmenu3\n\none\n\ntwo\n\nthree\n\nmenu4\n\nmenu5',
      frequent,
      settings,
    );
    expect(result).toEqual({
      kept: 'one\n\ntwo\n\nthree\n\nmenu4\n\nmenu5',
      removedParagraphs: ['menu1', 'menu2', 'menu3'],
    });
  });

  it('drops a document whose paragraphs are nearly all repeated, with the value', () => {
    expect(removeRepeated('menu1\n\nmenu2', frequent, settings)).toEqual({
      dropped: 'repeated-paragraphs',
      value: 50,
    });
    const text = 'body\n\nother';
    expect(removeRepeated(text, frequent, settings)).toEqual({ kept: text, removedParagraphs: [] });
  });

  it('interpolates percentiles as NumPy does', () => {
    expect(percentile([1, 2, 3, 4], 0.05)).toBeCloseTo(1.15);
    expect(percentile([7], 0.5)).toBe(7);
  });
});

describe('edit distance', () => {
  it('is a metric', () => {
    const text = fc.string({ unit: fc.constantFrom('あ', 'い', 'う'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });
});
