import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBpeTokenizer } from './bpe.ts';
import { decodeBpeTokenizerJson } from './hugging-face-bpe.ts';

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const lines: string[] = read('../../test/golden-tokenizer/lines.golden.json');
const golden: Record<string, { tokenizer: object; ids: number[][] }> = read(
  '../../test/golden-bpe/bpe.golden.json',
);
const text = (name: string) => JSON.stringify(golden[name].tokenizer);

describe('byte-level BPE of other groups', () => {
  it.each(Object.keys(golden))('gives the ids of Hugging Face tokenizers on every line (%s)', (name) => {
    const tokenizer = createBpeTokenizer(decodeBpeTokenizerJson(text(name)));
    lines.forEach((line, i) => {
      expect([...tokenizer.encode(line)], line).toEqual(golden[name].ids[i]);
    });
  });

  it('gives every well-formed text back', () => {
    const tokenizer = createBpeTokenizer(decodeBpeTokenizerJson(text('gpt2')));
    const any = fc.string({ unit: 'binary', maxLength: 40 }).filter((string) => string.isWellFormed());
    fc.assert(
      fc.property(any, (string) => {
        expect(tokenizer.decode(tokenizer.encode(string))).toBe(string);
      }),
      { numRuns: 500, seed: 9 },
    );
    for (const line of [...lines, '', '\r\n\n', '\uFEFF'])
      expect(tokenizer.decode(tokenizer.encode(line))).toBe(line);
  });

  it('joins a run of 100,000 letters without going over it again for each pair', () => {
    const tokenizer = createBpeTokenizer(decodeBpeTokenizerJson(text('gpt2')));
    const long = 'the'.repeat(33_333);
    expect(tokenizer.decode(tokenizer.encode(long)) === long).toBe(true);
  });

  it('never makes a special token out of its name, and leaves it out of text', () => {
    const tokenizer = createBpeTokenizer(decodeBpeTokenizerJson(text('gpt2')));
    const ids = [...tokenizer.encode('<|endoftext|>')];
    expect(ids).not.toContain(tokenizer.eosId);
    expect(tokenizer.decode([...ids, tokenizer.eosId])).toBe('<|endoftext|>');
  });

  it.each([
    ['a normalizer', { normalizer: { type: 'NFC' } }, 'NFC'],
    ['another pre-tokenizer', { pre_tokenizer: { type: 'Metaspace' } }, 'Metaspace'],
    ['none', { pre_tokenizer: null }, 'byte-level'],
  ])('with %s is refused by name', (_, change, what) => {
    const changed = JSON.stringify({ ...golden.gpt2.tokenizer, ...change });
    expect(() => decodeBpeTokenizerJson(changed)).toThrow(what);
  });
});
