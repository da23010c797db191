import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainingTexts } from '../../test/golden-tokenizer/sentences.ts';
import { TokenizerError } from './errors.ts';
import { decodeTokenizerJson, encodeTokenizerJson } from './hugging-face-file.ts';
import { PieceType } from './model.ts';
import { MessageWriter } from './protobuf.ts';
import { decodeSentencePieceModel, encodeSentencePieceModel } from './sentencepiece-file.ts';
import { createTokenizer } from './tokenizer.ts';
import { trainUnigram } from './train.ts';

const golden = (name: string) =>
  readFileSync(new URL(`../../test/golden-tokenizer/${name}`, import.meta.url));
const lines: string[] = JSON.parse(golden('lines.golden.json').toString());
const ids: number[][] = JSON.parse(golden('ids.golden.json').toString()).ids;
const spmFile = new Uint8Array(golden('tsudoi.model'));
const jsonFile = golden('tokenizer.golden.json').toString();

describe('golden ids of sentencepiece and Hugging Face tokenizers', () => {
  it.each([
    ['the SentencePiece model', () => decodeSentencePieceModel(spmFile)],
    ['tokenizer.json', () => decodeTokenizerJson(jsonFile)],
  ])('are the ids we make with %s, on every line', (_, read) => {
    const tokenizer = createTokenizer(read());
    lines.forEach((line, i) => {
      expect([...tokenizer.encode(line)], line).toEqual(ids[i]);
      expect(tokenizer.decode(ids[i])).toBe(line);
    });
  });

  it('stay those of one whole document: lines joined by the newline piece', () => {
    const tokenizer = createTokenizer(decodeSentencePieceModel(spmFile));
    const newline = tokenizer.pieceToId('\n')!;
    const expected = ids.flatMap((line, i) => (i === 0 ? line : [newline, ...line]));
    expect([...tokenizer.encode(lines.join('\n'))]).toEqual(expected);
  });

  it('come from a model that training still gives', () => {
    const model = trainUnigram(trainingTexts(), { vocabSize: 640 });
    expect(decodeSentencePieceModel(spmFile)).toEqual(model);
    expect(encodeTokenizerJson(model)).toBe(jsonFile);
  });
});

describe('SentencePiece files', () => {
  it('are written byte for byte as they were read', () => {
    expect(encodeSentencePieceModel(decodeSentencePieceModel(spmFile))).toEqual(spmFile);
  });

  it('that are cut off or garbled are refused, never half read', () => {
    const cuts = fc.nat({ max: spmFile.length - 1 });
    fc.assert(
      fc.property(cuts, fc.nat({ max: 255 }), (at, byte) => {
        const garbled = spmFile.slice();
        garbled[at] = byte;
        for (const file of [spmFile.slice(0, at), garbled]) {
          try {
            createTokenizer(decodeSentencePieceModel(file));
          } catch (error) {
            expect(error).toBeInstanceOf(TokenizerError);
          }
        }
      }),
      { numRuns: 100, seed: 5 },
    );
    expect(() => decodeSentencePieceModel(new Uint8Array())).toThrow(TokenizerError);
  });

  it('with a piece that is longer than the dictionary can hold are refused', () => {
    const model = decodeSentencePieceModel(spmFile);
    const pieces = [...model.pieces, { piece: 'a'.repeat(65_536), score: -1, type: PieceType.normal }];
    expect(() => decodeSentencePieceModel(encodeSentencePieceModel({ ...model, pieces }))).toThrow(
      'a piece is longer than 65535',
    );
  });

  it.each([
    ['a BPE model', 2, new MessageWriter().varint(3, 2)],
    ['a normalisation table', 3, new MessageWriter().bytes(2, new Uint8Array(8)).varint(4, 0)],
    ['dropping extra spaces', 3, new MessageWriter().varint(4, 1)],
  ])('that ask for %s are refused by name', (_, field, part) => {
    const file = new Uint8Array([...spmFile, ...new MessageWriter().bytes(field, part.finish()).finish()]);
    expect(() => decodeSentencePieceModel(file)).toThrow(
      expect.objectContaining({ code: 'UnsupportedTokenizerFile' }),
    );
  });
});

describe('tokenizer.json', () => {
  it.each([
    ['not JSON', '{', 'InvalidTokenizerFile'],
    ['something else', '{"model":{}}', 'InvalidTokenizerFile'],
    ['BPE', jsonFile.replace('"Unigram"', '"BPE"'), 'UnsupportedTokenizerFile'],
    ['another normalizer', jsonFile.replace('"Replace"', '"NFKC"'), 'UnsupportedTokenizerFile'],
    [
      'a pre-tokenizer',
      jsonFile.replace('"pre_tokenizer": null', '"pre_tokenizer": {"type":"Whitespace"}'),
      'UnsupportedTokenizerFile',
    ],
  ])('that is %s is refused', (_, file, code) => {
    expect(() => decodeTokenizerJson(file)).toThrow(expect.objectContaining({ code }));
  });

  it('carries a dummy prefix there and back', () => {
    const model = { ...decodeSentencePieceModel(spmFile), addDummyPrefix: true };
    expect(decodeTokenizerJson(encodeTokenizerJson(model)).addDummyPrefix).toBe(true);
  });
});
