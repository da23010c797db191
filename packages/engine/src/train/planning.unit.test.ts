// Promises of the planner, the memory estimate, the profile report, local data, and the ready recipes.

import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lintPretrain, TrainingRecipe } from '@tsudoi/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CorpusRecipe } from '../corpus/build/recipe.ts';
import { modelOf } from '../models/families.ts';
import { countParameters } from '../models/model.ts';
import { readGolden } from '../testing/golden.ts';
import { DataError, documents, expandFiles } from './local-data.ts';
import { estimateMemory, OutOfMemory, requireMemory } from './memory.ts';
import { bestFor, fittedLoss, planTraining } from './plan.ts';
import { chromeTrace, kernelTable } from './profile-report.ts';
import { configFor, tokensPerStep } from './settings.ts';

describe('the planner', () => {
  it('gives Chinchilla its own shape, and a falling loss', () => {
    // 5.76e23 flops: 70B parameters on 1.4T tokens.
    const best = bestFor(5.76e23);
    expect(best.parameters / 70e9).toBeCloseTo(1, 1);
    expect(best.tokens / 1.4e12).toBeCloseTo(1, 1);
    expect(fittedLoss(70e9, 1.4e12)!).toBeCloseTo(1.97, 1);
    expect(fittedLoss(7e10, 2e12)!).toBeLessThan(fittedLoss(7e10, 1.4e12)!);
    expect(fittedLoss(1e6, 1e9)).toBeUndefined();
  });

  it('turns a measured rate into dates, and warns of starved models and worn-out corpora', () => {
    const plan = planTraining({
      ...{ parameters: 1e8, flopsPerToken: 6e8, tokensPerSecond: 1000, tokens: 1e8, corpusTokens: 1e7 },
    });
    expect(plan.model.map((r) => r.seconds)).toEqual([1e5, 2e6]);
    const day = plan.budgets.find((b) => b.seconds === 86400)!;
    expect(6 * day.parameters * day.tokens).toBeCloseTo(6e11 * 86400, -6);
    expect(plan.warnings.join()).toMatch(/1\.0 tokens per parameter.*seen 10\.0 times/);
  });
});

describe('the memory estimate', () => {
  const { config } = readGolden('gpt2-tanh');
  const options = { config, optimizer: { learningRate: 1e-3 }, batchSize: 4, sequenceLength: 16 };

  it('counts weights, moments and gradients exactly, and Muon one moment less for matrices', () => {
    const weights = countParameters(modelOf(config));
    expect(estimateMemory(options)).toMatchObject({ state: 12 * weights, gradients: 4 * weights });
    const muon = estimateMemory({ ...options, optimizer: { learningRate: 1e-3, name: 'muon' } });
    expect(muon.state).toBeLessThan(12 * weights);
  });

  it('refuses what cannot fit with one line that says what to change', () => {
    const estimate = estimateMemory({ ...options, batchSize: 1_000_000 });
    expect(() => requireMemory(estimate, 2 ** 30)).toThrow(OutOfMemory);
    expect(() => requireMemory(estimate, 2 ** 30)).toThrow(
      /at least .* GiB .*1\.00 GiB are free; make batchSize smaller/,
    );
    expect(() => requireMemory(estimateMemory(options), 2 ** 30)).not.toThrow();
  });
});

describe('a profile', () => {
  const launches = [
    { symbol: 'gemm', milliseconds: 3, flops: 6e9, bytes: 3e6, repeated: true },
    { symbol: 'k1', milliseconds: 2, flops: 0, bytes: 4e8, repeated: true },
    { symbol: 'gemm', milliseconds: 5, flops: 10e9, bytes: 5e6, repeated: true },
    { symbol: 'adamw', milliseconds: 10, flops: 1e6, bytes: 1e9, repeated: false },
  ];
  const roof = { flopsPerSecond: 4e12, bytesPerSecond: 4e11 };
  it('sums kernels and sets each against the roof it is nearer to', () => {
    expect(kernelTable(launches, roof)).toMatchObject([
      { symbol: 'adamw', launches: 1, gigabytesPerSecond: 100, bound: 'memory', ofRoof: 0.25 },
      { symbol: 'gemm', launches: 2, milliseconds: 8, share: 0.4, bound: 'arithmetic', ofRoof: 0.5 },
      { symbol: 'k1', launches: 1, milliseconds: 2, share: 0.1, bound: 'memory', ofRoof: 0.5 },
    ]);
  });
  it('counts what accumulation repeats as often as a step does', () => {
    const [gemm, adamw] = kernelTable(launches, roof, 4);
    expect(gemm).toMatchObject({ symbol: 'gemm', launches: 8, milliseconds: 32, share: 0.64, ofRoof: 0.5 });
    expect(adamw).toMatchObject({ symbol: 'adamw', launches: 1, milliseconds: 10, share: 0.2 });
  });
  it('is a trace of complete events back to back', () => {
    const { traceEvents } = JSON.parse(chromeTrace(launches, 'x'));
    expect(
      traceEvents.slice(1).map((e: { ts: number; dur: number; ph: string }) => [e.ph, e.ts, e.dur]),
    ).toEqual([
      ['X', 0, 3000],
      ['X', 3000, 2000],
      ['X', 5000, 5000],
      ['X', 10000, 10000],
    ]);
  });
});

async function all(files: readonly string[]): Promise<string[]> {
  const out: string[] = [];
  for await (const text of documents(files)) out.push(text);
  return out;
}

describe('local data', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'data-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('reads files, folders and patterns once each, and JSONL line by line', async () => {
    await mkdir(join(folder, 'more'));
    await writeFile(join(folder, 'a.txt'), '猫');
    await writeFile(join(folder, 'more', 'b.jsonl'), '{"text":"one"}\n\n{"text":"two"}\n');
    const files = expandFiles(['a.txt', '*.txt', '.'], folder);
    expect(files.map((f) => f.slice(folder.length + 1))).toEqual(['a.txt', 'more/b.jsonl']);
    expect(await all(files)).toEqual(['猫', 'one', 'two']);
  });

  it('reads a line of JSONL to its end: texts may hold the line separators of Unicode', async () => {
    await writeFile(
      join(folder, 'a.jsonl'),
      '\ufeff{"text":"one\u2028two\u2029three\u0085"}\r\n{"text":"four"}',
    );
    expect(await all([join(folder, 'a.jsonl')])).toEqual(['one\u2028two\u2029three\u0085', 'four']);
  });

  it.each([
    ['a.txt', Uint8Array.of(0xff, 0xfe), /a\.txt is not UTF-8/],
    ['a.jsonl', Buffer.from('{"text":"a"}\n{"text":"\xff"}\n', 'latin1'), /a\.jsonl:2 is not UTF-8/],
    ['b.jsonl', '{"text":"ok"}\n{"no":1}\n', /b\.jsonl:2 is no JSON object with a field "text"/],
    ['c.jsonl', '{"text":', /c\.jsonl:1 is no JSON/],
  ])('says where %s is wrong', async (name, content, message) => {
    await writeFile(join(folder, name), content);
    await expect(all([join(folder, name)])).rejects.toThrow(message);
    expect(() => expandFiles(['nowhere/*.txt'], folder)).toThrow(DataError);
  });
});

describe('the ready recipes', () => {
  const base = new URL('../../../../recipes/', import.meta.url);
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, base), 'utf8'));
  const names = globSync('*.json', { cwd: base.pathname });
  /** The folder also holds recipes of corpora, which have a test of their own. */
  const training = names.filter((name) => 'pretrain' in read(name));

  it('are of models or of corpora', () => {
    expect(training.length).toBeGreaterThan(3);
    for (const name of names)
      if (!training.includes(name)) expect(CorpusRecipe.safeParse(read(name)).error).toBeUndefined();
  });

  it.each(training)('%s is a sound recipe of a model that exists', (name) => {
    const recipe = TrainingRecipe.parse(read(name));
    expect(lintPretrain(recipe.pretrain)).toEqual([]);
    const vocabSize = recipe.tokenizer && 'train' in recipe.tokenizer ? recipe.tokenizer.train.vocabSize : 0;
    const model = modelOf(configFor(recipe.pretrain, { vocabSize, eosId: 2, padId: 3 }));
    expect(countParameters(model)).toBeGreaterThan(5e5);
    expect(tokensPerStep(recipe.pretrain) * recipe.pretrain.steps).toBeGreaterThan(1e5);
  });
});
