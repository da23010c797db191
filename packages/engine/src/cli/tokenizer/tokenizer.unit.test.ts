import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { code, english, japanese } from '../../../test/golden-tokenizer/sentences.ts';
import { type Subcommand, UsageError } from '../corpus/subcommand.ts';
import { compare } from './compare.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { inspect } from './inspect.ts';
import { merge } from './merge.ts';
import { train } from './train.ts';

const dir = mkdtempSync(join(tmpdir(), 'tsudoi-tokenizer-test-'));
const at = (name: string) => join(dir, name);
const made = at('made');
afterAll(() => rmSync(dir, { recursive: true }));

async function call(subcommand: Subcommand, ...args: string[]) {
  const out: string[] = [];
  const progress: string[] = [];
  const exit = await subcommand.run(args, {
    out: (text) => out.push(text),
    progress: (line) => progress.push(line),
  });
  return { exit, out: out.join(''), progress };
}

const lines = (make: (i: number) => string) =>
  Array.from({ length: 400 }, (_, i) => `${make(i)} ${i}\n`).join('');

beforeAll(async () => {
  for (const [name, make] of Object.entries({ ja: japanese, en: english, code })) {
    writeFileSync(at(`${name}.txt`), lines(make));
  }
  const partition = (name: string, pieces: number, stripSpaces: string) => {
    return { name, files: [`${name}.txt`], pieces, stripSpaces };
  };
  const partitions = [
    partition('ja', 150, 'all'),
    partition('en', 100, 'symbols'),
    partition('code', 85, 'symbols'),
  ];
  const recipe = { partitions, heldOut: { share: 0.1, seed: 1 } };
  writeFileSync(at('recipe.json'), JSON.stringify(recipe));
  const { exit } = await call(train, at('recipe.json'), '--out', made, '--json');
  expect(exit).toBe(0);
});

describe('tokenizer train', () => {
  it('writes every format and a report whose figures come from texts it did not train on', () => {
    const report = JSON.parse(readFileSync(join(made, 'report.json'), 'utf8'));
    expect(report.head).toBe(289);
    expect(report.pieces).toBeGreaterThan(289 + 150);
    const { ja } = report.partitions;
    expect(ja.trainingTexts).toBeLessThan(400);
    expect(ja.heldOut.charactersPerToken).toBeGreaterThan(1);
    expect(readFileSync(join(made, 'tokenizer.vocab'), 'utf8').split('\n')).toHaveLength(report.pieces + 1);
  });

  it('says how it gets on', async () => {
    const { progress } = await call(train, at('recipe.json'), '--out', at('again'));
    expect(progress.some((line) => /^ja: .*pieces count/.test(line))).toBe(true);
    expect(readFileSync(join(at('again'), 'tokenizer.json'))).toEqual(
      readFileSync(join(made, 'tokenizer.json')),
    );
  });

  it('refuses a wrong recipe in one line that names the field', async () => {
    writeFileSync(
      at('wrong.json'),
      JSON.stringify({ partitions: [{ name: 'ja', files: ['ja.txt'], pieces: 'many' }] }),
    );
    const refused = call(train, at('wrong.json'), '--out', made);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(/^[^\n]*partitions\.0\.pieces[^\n]*$/);
  });
});

describe('tokenizer encode and decode', () => {
  it('give each line back', async () => {
    const model = ['--model', join(made, 'tokenizer.model')];
    const text =
      '東京  の\t学生 🦜\n\nthe hub  reads\nU+2028 \u2028 and\ra carriage return\r\nare no ends of lines\n';
    writeFileSync(at('text.txt'), text);
    const encoded = await call(encode, ...model, at('text.txt'));
    writeFileSync(at('ids.txt'), encoded.out);
    expect((await call(decode, ...model, at('ids.txt'))).out).toBe(text);
    const same = await call(encode, '--model', join(made, 'tokenizer.json'), at('text.txt'));
    expect(same.out).toBe(encoded.out);
  });

  it('refuse what is no list of ids, saying where', async () => {
    writeFileSync(at('ids.txt'), '1 2\n1 x\n');
    await expect(call(decode, '--model', join(made, 'tokenizer.model'), at('ids.txt'))).rejects.toThrow(
      'line 2',
    );
  });
});

describe('tokenizer inspect, merge and compare', () => {
  it('tells what a model holds', async () => {
    const { types, pieces } = JSON.parse((await call(inspect, join(made, 'tokenizer.json'), '--json')).out);
    expect(types).toMatchObject({ unknown: 1, control: 7, byte: 256, normal: pieces - 264 });
  });

  it('refuses a file that is no model in one line with its name', async () => {
    writeFileSync(at('no.json'), '{}');
    await expect(call(inspect, at('no.json'))).rejects.toThrow(/^\S*no\.json: [^\n]+$/);
  });

  it('merges models again', async () => {
    const model = join(made, 'tokenizer.model');
    const { exit, out } = await call(
      merge,
      `none=${model}`,
      '--text',
      at('en.txt'),
      '--out',
      at('merged'),
      '--json',
    );
    expect(exit).toBe(0);
    const report = JSON.parse(readFileSync(join(made, 'report.json'), 'utf8'));
    expect(JSON.parse(out).pieces).toBe(report.pieces);
  });

  it('compares with a byte-level BPE of somebody else', async () => {
    const golden = new URL('../../../test/golden-bpe/bpe.golden.json', import.meta.url);
    writeFileSync(at('gpt.json'), JSON.stringify(JSON.parse(readFileSync(golden, 'utf8')).gpt2.tokenizer));
    const args = [
      `gpt=${at('gpt.json')}`,
      '--text',
      `en=${at('en.txt')}`,
      '--held-out',
      '0.1',
      '--no-sentencepiece',
    ];
    const { rows } = JSON.parse((await call(compare, ...args, '--json')).out);
    expect(rows[0].pieces).toBe(500);
    expect(rows[0].charactersPerToken.en).toBeGreaterThan(1.5);
  });

  it('compares models by language, as a table, as JSON and as a picture', async () => {
    const args = [
      `ours=${join(made, 'tokenizer.json')}`,
      '--text',
      `ja=${at('ja.txt')}`,
      '--text',
      `en=${at('en.txt')}`,
    ];
    const more = ['--held-out', '0.1', '--no-sentencepiece', '--svg', at('plot.svg')];
    const { rows } = JSON.parse((await call(compare, ...args, ...more, '--json')).out);
    expect(rows[0].model).toBe('ours');
    const report = JSON.parse(readFileSync(join(made, 'report.json'), 'utf8'));
    expect(rows[0].charactersPerToken.ja).toBe(report.partitions.ja.heldOut.charactersPerToken);
    expect((await call(compare, ...args, ...more)).out).toMatch(/ours +\d+ +\d\.\d{3} +\d\.\d{3}/);
    expect(readFileSync(at('plot.svg'), 'utf8')).toContain('ja ours');
  });
});
