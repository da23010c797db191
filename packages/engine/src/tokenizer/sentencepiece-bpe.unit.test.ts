import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSentencePiece, decodeSentencePieceModel } from './sentencepiece-file.ts';
import { createMergingTokenizer } from './tokenizer.ts';

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const lines = (read('../../test/golden-tokenizer/lines.golden.json') as string[]).filter(
  (line) => !line.includes('\u2581'),
);
const golden: Record<string, { model: string; ids: number[][] }> = read(
  '../../test/golden-bpe/sentencepiece.golden.json',
);
const file = (name: string) => new Uint8Array(Buffer.from(golden[name].model, 'base64'));
const tokenizerOf = (name: string) => {
  const { kind, model } = decodeSentencePiece(file(name));
  expect(kind).toBe('bpe');
  return createMergingTokenizer(model);
};

describe('BPE models of SentencePiece', () => {
  it.each(Object.keys(golden))('give the ids of SentencePiece on every line (%s)', (name) => {
    const tokenizer = tokenizerOf(name);
    lines.forEach((line, i) => {
      expect([...tokenizer.encode(line)], line).toEqual(golden[name].ids[i]);
    });
  });

  it('give every well-formed text back where they fall back to bytes', () => {
    const tokenizer = tokenizerOf('bytes');
    const any = fc.string({ unit: 'binary', maxLength: 40 }).filter((string) => string.isWellFormed());
    fc.assert(
      fc.property(any, (string) => {
        expect(tokenizer.decode(tokenizer.encode(string))).toBe(string);
      }),
      { numRuns: 100, seed: 9 },
    );
    for (const line of [...lines, '', '\r\n\n', '\u2581 \u2581', '\uFEFF'])
      expect(tokenizer.decode(tokenizer.encode(line))).toBe(line);
    expect(() => tokenizer.encode('a\ud800')).toThrow(expect.objectContaining({ code: 'LoneSurrogate' }));
  });

  it('join a run of 100,000 letters without going over it again for each pair', () => {
    const long = 'the'.repeat(33_333);
    const tokenizer = tokenizerOf('bytes');
    expect(tokenizer.decode(tokenizer.encode(long)) === long).toBe(true);
  });

  it('are not mistaken for Unigram models', () => {
    expect(() => decodeSentencePieceModel(file('bytes'))).toThrow(
      expect.objectContaining({ code: 'UnsupportedTokenizerFile' }),
    );
  });
});
