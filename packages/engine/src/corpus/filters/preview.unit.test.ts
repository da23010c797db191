import type { FilterRule } from '@tsudoi/schema';
import { describe, expect, it } from 'vitest';
import type { CorpusDocument } from '../document.ts';
import { compileCascade } from './cascade.ts';
import { previewFilters } from './preview.ts';

const document = (id: string, text: string, language: 'ja' | 'en' = 'ja'): CorpusDocument => ({
  text,
  meta: { id, sourceId: 's', path: id, language, format: 'text', package: 'k', version: '1' },
});
const sample = Array.from({ length: 100 }, (_, i) => document(`${i}`, 'あ'.repeat(i + 1)));
const rules: FilterRule[] = [
  { filter: 'ja-kana-position', params: { max: 0 } },
  { filter: 'length', params: { min: 50 } },
];

describe('the preview of a filter', () => {
  it('counts as the cascade does, at the threshold and at every point of its curve', () => {
    const preview = previewFilters(sample, rules, { filter: 'length' });
    expect(preview).toMatchObject({ bound: 'min', total: 100, kept: 51, dropped: 49, droppedBefore: 0 });
    for (const { threshold, kept } of preview.curve) {
      const cascade = compileCascade([{ filter: 'length', params: { min: threshold } }]);
      expect(kept).toBe(sample.filter((each) => cascade.run(each).failure === null).length);
    }
    expect(preview.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(100);
  });

  it('shows the documents nearest to the threshold on both sides, and moves with an override', () => {
    const { keptSamples, droppedSamples } = previewFilters(sample, rules, {
      filter: 'length',
      params: { min: 90 },
      samples: 2,
    });
    expect(keptSamples.map(({ value }) => value)).toEqual([90, 91]);
    expect(droppedSamples.map(({ value }) => value)).toEqual([89, 88]);
  });

  it('gives precision, recall and F1 of keeping against labels', () => {
    const labels = new Map(sample.slice(40, 80).map(({ meta }, i) => [meta.id, i >= 20]));
    const { agreement, curve } = previewFilters(sample, rules, { filter: 'length', labels });
    // Kept among the labelled: 49..79, of which 60..79 should be; none that should be kept is dropped.
    expect(agreement).toMatchObject({ labelled: 40, precision: 20 / 31, recall: 1 });
    expect(Math.max(...curve.map((point) => point.agreement?.f1 ?? 0))).toBeGreaterThan(0.95);
  });

  it('measures after the edits before it, counts what earlier rules drop, and leaves other languages out', () => {
    const text = `${'かな。'.repeat(10)}\nENGLISH\n`;
    const edited: FilterRule[] = [
      { filter: 'url-domain', params: { min: 2 } },
      { filter: 'edit-kana-lines', params: {} },
      { filter: 'ja-kuten-interval', params: { max: 3 } },
    ];
    const preview = previewFilters([document('a', text), document('b', 'English', 'en')], edited, {
      filter: 'ja-kuten-interval',
    });
    expect(preview).toMatchObject({
      total: 2,
      otherLanguages: 1,
      droppedBefore: 1,
      kept: 1,
      keptSamples: [{ value: 3 }],
    });
  });

  it('refuses a filter that the cascade does not have', () => {
    expect(() => previewFilters(sample, rules, { filter: 'zlib-ratio' })).toThrow(
      expect.objectContaining({ code: 'recipe.unknown-filter' }),
    );
    expect(previewFilters([], rules, { filter: 'length' })).toMatchObject({
      total: 0,
      histogram: [],
      curve: [],
      agreement: null,
    });
  });
});
