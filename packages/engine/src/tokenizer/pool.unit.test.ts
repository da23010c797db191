import { afterAll, describe, expect, it } from 'vitest';
import { goldenLines, trainingTexts } from '../../test/golden-tokenizer/sentences.ts';
import { createTokenizerPool } from './pool.ts';
import { createTokenizer } from './tokenizer.ts';
import { trainUnigram } from './train.ts';

describe('a pool of threads', () => {
  const model = trainUnigram(trainingTexts(), { vocabSize: 640 });
  const pool = createTokenizerPool(model, 2);
  afterAll(() => pool.close());

  it('gives the ids of one tokenizer, whatever the thread and the order in which they finish', async () => {
    const tokenizer = createTokenizer(model);
    const lines = goldenLines();
    const long = Array.from({ length: 40 }, (_, i) => lines.slice(i).join('。'));
    expect(long.join('').length).toBeGreaterThan(200_000); // several pieces, whose results are joined
    const batches = [lines, [], ['', 'a'], lines.slice(100), lines.toReversed(), long, ['', ...long, '']];
    const encoded = await Promise.all(batches.map((batch) => pool.encode(batch)));
    encoded.forEach(({ ids, ends }, b) => {
      const texts = Array.from(ends, (end, i) => [...ids.subarray(i === 0 ? 0 : ends[i - 1], end)]);
      expect(texts).toEqual(batches[b].map((line) => [...tokenizer.encode(line)]));
    });
  });

  it('refuses half a surrogate pair, saying in which text, and goes on', async () => {
    const filler = Array.from({ length: 9 }, () => '長い文。'.repeat(5000));
    await expect(pool.encode([...filler, 'ab\ud83d', ...filler, '\udc00'])).rejects.toMatchObject({
      code: 'LoneSurrogate',
      params: { text: 9, index: 2 },
    });
    await expect(pool.encode(['good', 'ab\ud83d'])).rejects.toMatchObject({
      code: 'LoneSurrogate',
      params: { text: 1, index: 2 },
    });
    expect((await pool.encode(['good'])).ends).toHaveLength(1);
  });

  it('that was closed leaves no call without an answer', async () => {
    const closed = createTokenizerPool(model, 1);
    await closed.encode(['good']);
    await closed.close();
    await expect(closed.encode(['good'])).rejects.toThrow('threads of the tokenizer have ended');
  });
});
