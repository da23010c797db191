import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MixtureSettings, planMixture, waterFill } from './mixture.ts';
import { selectDocuments } from './select.ts';
import { parsePinned, placeOf, splitOf } from './split.ts';

const settings = (more: object) => MixtureSettings.parse({ name: 'm', ...more });
const id = fc.stringMatching(/^[0-9a-f]{16}$/);
const groups = [
  { language: 'ja' as const, source: 'wiki', tokens: 600 },
  { language: 'ja' as const, source: 'web', tokens: 1400 },
  { language: 'en' as const, source: 'manuals', tokens: 3000 },
];

describe('a split', () => {
  const split = { salt: 'frozen', validation: 0.1, test: 0.05 };

  it('keeps every document on its side as the corpus grows, in any order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 1 }), fc.uniqueArray(id), (first, more) => {
        const before = new Map(first.map((each) => [each, splitOf(each, split)]));
        for (const each of [...more, ...first].reverse())
          expect(before.get(each) ?? splitOf(each, split)).toBe(splitOf(each, split));
      }),
      { numRuns: 50 },
    );
  });

  it('has the shares it was asked for, and another salt gives another one', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => i.toString(16).padStart(16, '0'));
    const count = (side: string) => ids.filter((each) => splitOf(each, split) === side).length;
    expect(count('validation') / ids.length).toBeCloseTo(0.1, 2);
    expect(count('test') / ids.length).toBeCloseTo(0.05, 2);
    const other = ids.filter((each) => splitOf(each, { ...split, salt: 'other' }) === 'test');
    expect(other.some((each) => splitOf(each, split) !== 'test')).toBe(true);
  });

  it('moves nothing between validation and test when a share is raised', () => {
    fc.assert(
      fc.property(id, (each) => {
        const before = splitOf(each, split);
        const after = splitOf(each, { ...split, test: 0.2 });
        expect(before === after || (before === 'train' && after === 'test')).toBe(true);
      }),
    );
  });

  it('is the same in every version: the places of three ids stand here', () => {
    expect(['00', 'ff', 'a1b2c3d4e5f60718'].map((each) => placeOf(each, 'frozen').toFixed(9))).toEqual([
      '0.262658910',
      '0.293968632',
      '0.244608152',
    ]);
  });

  it('gives way to a list of frozen ids, in each of the forms such lists have', () => {
    const each = 'a1b2c3d4e5f60718';
    for (const list of [
      `["${each}"]`,
      `{"validation": ["${each}"]}`,
      `# ours\n${each}\n`,
      `${each}\tvalidation`,
    ])
      expect(splitOf(each, { ...split, validation: 0 }, parsePinned(list))).toBe('validation');
    expect(() => parsePinned(`${each} dev`)).toThrow(/no split "dev"/);
    for (const list of ['["a', '{"validation"', '[1]', '{"validation": "a"}'])
      expect(() => parsePinned(list)).toThrow(/^a list of frozen ids is [^\n]+$/);
    expect(() => parsePinned(`${each} test\n${each} train`)).toThrow(/stands in test and in train/);
  });
});

describe('a mixture', () => {
  it('gives languages their shares of the budget, and sources by size', () => {
    expect(planMixture(groups, settings({ tokens: 2000, languages: { ja: 3, en: 1 } }))).toEqual([
      450, 1050, 500,
    ]);
  });

  it('lets weights and epochs move tokens between the sources of a language', () => {
    const more = { tokens: 3600, languages: { ja: 1, en: 1 }, weights: { wiki: 10 }, epochs: { wiki: 2 } };
    expect(planMixture(groups, settings(more))).toEqual([1200, 600, 1800]);
    expect(planMixture(groups, settings({ weights: { manuals: 0 } }))).toEqual([600, 1400, 0]);
  });

  it('takes less of everything where a language is short, or refuses and says which', () => {
    const wanted = { tokens: 8000, languages: { ja: 1, en: 1 } };
    expect(planMixture(groups, settings(wanted))).toEqual([600, 1400, 2000]);
    expect(() => planMixture(groups, settings({ ...wanted, shortage: 'refuse' }))).toThrow(
      'mixture m: ja has 2000 of 4000 tokens, en has 3000 of 4000 tokens; raise epochs',
    );
  });

  it('refuses a source and a language that are not there', () => {
    expect(() => planMixture(groups, settings({ weights: { wkii: 2 } }))).toThrow('no source "wkii"');
    expect(() => planMixture(groups, settings({ languages: { code: 1 } }))).toThrow('no documents in code');
  });

  it('never gives more than is asked or than there is, and gives all that it can', () => {
    const amounts = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.nat(5000), amounts, (total, pairs) => {
        const [pulls, caps] = [pairs.map(([pull]) => pull), pairs.map(([, cap]) => cap)];
        const given = waterFill(total, pulls, caps);
        const possible = caps.reduce((sum, cap, i) => sum + (pulls[i] > 0 ? cap : 0), 0);
        for (const [i, amount] of given.entries()) expect(amount).toBeLessThanOrEqual(caps[i] + 1e-9);
        expect(given.reduce((sum, amount) => sum + amount, 0)).toBeCloseTo(Math.min(total, possible), 6);
      }),
    );
  });
});

describe('the documents of a group', () => {
  const documents = fc.uniqueArray(fc.tuple(id, fc.integer({ min: 1, max: 50 })), {
    minLength: 1,
    selector: ([each]) => each,
  });
  const sum = (repeats: Uint16Array, tokens: number[]) =>
    repeats.reduce((all, n, i) => all + n * tokens[i], 0);

  it('come within one document of the wanted tokens, never above, and whole epochs take all', () => {
    fc.assert(
      fc.property(documents, fc.double({ min: 0, max: 3.5, noNaN: true }), (pairs, epochs) => {
        const [ids, tokens] = [pairs.map(([each]) => each), pairs.map(([, count]) => count)];
        const available = tokens.reduce((a, b) => a + b, 0);
        const wanted = Math.round(available * epochs);
        const repeats = selectDocuments((i) => ids[i], tokens, wanted, 1);
        const taken = sum(repeats, tokens);
        expect(taken).toBeLessThanOrEqual(wanted);
        expect(wanted - taken).toBeLessThan(Math.max(...tokens));
        expect(Math.max(...repeats) - Math.min(...repeats)).toBeLessThanOrEqual(1);
        expect(Math.min(...repeats)).toBe(Math.floor(wanted / available));
      }),
    );
  });

  it('do not depend on their order', () => {
    fc.assert(
      fc.property(documents, fc.nat(200), (pairs, wanted) => {
        const of = (list: typeof pairs) => {
          const repeats = selectDocuments(
            (i) => list[i][0],
            list.map(([, count]) => count),
            wanted,
            7,
          );
          return Object.fromEntries(list.map(([each], i) => [each, repeats[i]]));
        };
        expect(of(pairs.toReversed())).toEqual(of(pairs));
      }),
    );
  });
});
