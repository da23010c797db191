// Promises of `npm run train`: it trains, stops on Ctrl-C (a real process), resumes to the same bits, plans, profiles, and
// says in one line what is wrong.

import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { philox } from '../nn/rng.ts';
import { createShardWriter } from '../shards/shard-writer.ts';
import { readGolden } from '../testing/golden.ts';
import { main } from './train/main.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'train-'));
  // Words of two to four kana out of a list of 300, so that there is a vocabulary to find.
  const kana = (i: number, k: number) => String.fromCharCode(0x3042 + (philox([i, k, 0, 0], [3, 0])[0] % 80));
  const words = Array.from({ length: 300 }, (_, i) =>
    Array.from({ length: 2 + (i % 3) }, (_, k) => kana(i, k)).join(''),
  );
  const word = (i: number) => words[philox([i, 0, 0, 0], [4, 0])[0] % words.length];
  const lines = Array.from(
    { length: 400 },
    (_, i) => `${word(3 * i)}は${word(3 * i + 1)}、${word(3 * i + 2)}。\n`,
  );
  writeFileSync(join(folder, 'text.txt'), lines.join(''));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const model = {
  ...{ architecture: 'gpt_neox', hiddenSize: 32, intermediateSize: 64, layers: 1, heads: 2, rotaryPct: 0.5 },
  ...{ ropeTheta: 10000, parallelResidual: true, layerNormEps: 1e-5, tieWordEmbeddings: false },
};
const optimizer = {
  ...{ name: 'adamw', learningRate: 1e-2, minLearningRate: 1e-3, warmupSteps: 2, beta1: 0.9, beta2: 0.95 },
  ...{ eps: 1e-8, weightDecay: 0.1, clipNorm: 1 },
};
const pretrain = {
  ...{ model, optimizer, batchSize: 2, accumulation: 2, sequenceLength: 24, steps: 40, seed: 1 },
  ...{ checkpointEvery: 10, precision: 'float32' },
};
const train = { vocabSize: 400, maxPieceLength: 8, characterCoverage: 0.9995, sampleBytes: 100_000 };
const recipe = { title: 'Cats', data: { files: ['text.txt'] }, tokenizer: { train }, out: 'out', pretrain };

function write(name: string, change: object = {}): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ ...recipe, ...change }));
  return path;
}

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command in this process. */
async function run(args: string[]): Promise<Ended> {
  let [out, err] = ['', ''];
  const code = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    rewrites: false,
    onInterrupt() {},
  });
  return { code, out, err };
}

/** Runs the real process, and interrupts it as soon as it has said `when`. */
function interrupted(
  args: string[],
  when: string,
  interrupt = (_err: string, child: ChildProcess) => child.kill('SIGINT'),
): Promise<Ended> {
  const child = spawn(process.execPath, [new URL('train.ts', import.meta.url).pathname, ...args]);
  let [out, err] = ['', ''];
  let stopped = false;
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
    if (!stopped && err.includes(when)) stopped = interrupt(err, child);
  });
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
}

describe('npm run train', () => {
  it('trains, and a training stopped by Ctrl-C and resumed ends with the same bits', async () => {
    const whole = await run([write('whole.json', { out: 'whole' }), '--json', '--threads', '2']);
    expect(whole.err).toContain('loss');
    const result = JSON.parse(whole.out);
    expect(result).toMatchObject({ steps: 40, tokens: 40 * 4 * 24, events: [] });
    const losses = JSON.parse(readFileSync(join(folder, 'whole/metrics.json'), 'utf8')).steps;
    expect(result.loss).toBeLessThan(losses[0].loss - 1);
    expect(readFileSync(join(folder, 'whole/loss.svg'), 'utf8')).toContain('<svg');

    const path = write('parts.json', { out: 'parts' });
    const stopped = await interrupted([path], 'step 11/');
    expect(stopped.code).toBe(1);
    expect(stopped.err).toContain('stopped; go on with --resume');
    writeFileSync(join(folder, 'text.txt'), `${readFileSync(join(folder, 'text.txt'), 'utf8')}変わった。\n`);
    const resumed = await run([path, '--resume', '--json', '--threads', '1']);
    expect(resumed.err).toContain('the text files have changed');
    expect(JSON.parse(resumed.out).steps).toBe(40);
    const weights = (out: string) => readFileSync(join(folder, out, 'model/model.safetensors'));
    expect(weights('parts').equals(weights('whole'))).toBe(true);
    expect((await run([path])).err).toMatch(/is there already; go on with --resume/);
    const changed = write('parts.json', { out: 'parts', pretrain: { ...pretrain, seed: 2 } });
    expect((await run([changed, '--resume'])).err).toContain('pretrain.seed was 1, now it is 2');
  });

  it('two ranks train as one, end together on Ctrl-C, and resume to the same bits', async () => {
    const losses = (out: string): { loss: number }[] =>
      JSON.parse(readFileSync(join(folder, out, 'metrics.json'), 'utf8')).steps;
    const weights = (out: string) => readFileSync(join(folder, out, 'model/model.safetensors'));
    const alone = await run([write('one.json', { out: 'one' }), '--threads', '1']);
    expect(alone.code, alone.err).toBe(0);
    const both = await run([write('two.json', { out: 'two' }), '--ranks', '2', '--json']);
    expect(both.code, both.err).toBe(0);
    expect(JSON.parse(both.out).tokens).toBe(40 * 4 * 24);
    losses('two').forEach(({ loss }, i) => {
      expect(Math.abs(loss / losses('one')[i].loss - 1)).toBeLessThan(1e-3);
    });
    const path = write('again.json', { out: 'again' });
    const stopped = await interrupted([path, '--ranks', '2'], 'step 11/');
    expect(stopped.code).toBe(1);
    expect(stopped.err.trim().split('\n').at(-1)).toBe('stopped; go on with --resume');
    const resumed = await run([path, '--ranks', '2', '--resume']);
    expect(resumed.code, resumed.err).toBe(0);
    expect(weights('again').equals(weights('two'))).toBe(true);
  });

  it('a rank that is killed ends the others, in one line, and the checkpoint goes on', async () => {
    const path = write('killed.json', { out: 'killed' });
    const ended = await interrupted([path, '--ranks', '2'], 'step 11/', (err) => {
      const second = Number(/processes \d+, (\d+)/.exec(err)?.[1]);
      return process.kill(second, 'SIGKILL');
    });
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('rank 1 of 2 was killed by SIGKILL');
    expect(ended.err).not.toContain('    at ');
    const resumed = await run([path, '--resume']);
    expect(resumed.code, resumed.err).toBe(0);
  });

  it('SIGTERM, as a scheduler sends it, keeps a checkpoint of the step it came at', async () => {
    const path = write('term.json', { out: 'term' });
    const stopped = await interrupted([path], 'step 11/', (_, child) => child.kill('SIGTERM'));
    expect(stopped.err).toContain('stopped; go on with --resume');
    const resumed = await run([path, '--resume']);
    expect(Number(/step (\d+)\//.exec(resumed.err)?.[1])).toBeGreaterThan(11);
  });

  it('plans and profiles', async () => {
    const path = write('measure.json', { out: 'measure' });
    const plan = JSON.parse((await run([path, '--plan', '--json'])).out);
    expect(plan.tokensPerSecond).toBeGreaterThan(100);
    expect(plan.budgets).toHaveLength(5);
    const profile = JSON.parse((await run([path, '--profile', '--json'])).out);
    expect(profile.rows.map((r: { symbol: string }) => r.symbol)).toContain('ts_adamw');
    expect(JSON.parse(readFileSync(profile.trace, 'utf8')).traceEvents.length).toBeGreaterThan(20);
  });

  it.each([
    ['no recipe', () => [], 2, /usage: npm run -s train/],
    ['an unknown option', () => [write('r.json'), '--fast'], 2, /--fast/],
    [
      'an unknown device',
      () => [write('r.json'), '--device', 'tpu'],
      2,
      /--device is one of cpu, webgpu, cuda/,
    ],
    ['a missing file', () => [join(folder, 'none.json')], 1, /none\.json/],
    [
      'known-bad settings',
      () => [write('r.json', { pretrain: { ...pretrain, optimizer: { ...optimizer, eps: 1e-5 } } })],
      1,
      /pretrain\.optimizer\.eps is 0\.00001; use 1e-8/,
    ],
    [
      'ranks that cannot share a step',
      () => [write('r.json'), '--ranks', '3'],
      1,
      /4 sequences a step .* cannot be shared by 3 ranks; make batchSize or accumulation a multiple of 3/,
    ],
    [
      'bfloat16 on a device that has none',
      () => [write('r.json', { pretrain: { ...pretrain, precision: 'bfloat16' } })],
      1,
      /precision bfloat16 needs a CUDA device \(--device cuda\); cpu computes in float32/,
    ],
    ['ranks on one browser GPU', () => [write('r.json'), '--ranks', '2', '--device', 'webgpu'], 2, /--ranks/],
    ['a folder', () => [folder], 1, /is a folder; a recipe is a JSON file/],
    [
      'settings that are missing',
      () => [write('r.json', { pretrain: { ...pretrain, seed: undefined } })],
      1,
      /pretrain\.seed: missing; it is a number/,
    ],
    [
      'a tokenizer that is not there',
      () => [write('r.json', { tokenizer: { file: 'no.json' } })],
      1,
      /tokenizer\.file: there is no .*no\.json/,
    ],
    [
      'a tokenizer that is none',
      () => [write('r.json', { tokenizer: { file: 'whole.json' } })],
      1,
      /tokenizer\.file: .*whole\.json: /,
    ],
    [
      'a model to start from that is not there',
      () => [write('r.json', { startFrom: 'no-model' })],
      1,
      /startFrom: .*no-model holds no config\.json/,
    ],
    ['a place that cannot be written', () => [write('r.json', { out: 'text.txt/x' })], 1, /text\.txt/],
    [
      'text that is not there',
      () => [write('r.json', { data: { files: ['x/*.txt'] } })],
      1,
      /"x\/\*\.txt" names no text file/,
    ],
    [
      'a model that cannot fit',
      () => [write('r.json', { pretrain: { ...pretrain, batchSize: 50_000_000 } })],
      1,
      /needs at least .* GiB.*make batchSize smaller/,
    ],
    [
      'nothing to resume',
      () => [write('r.json', { out: 'empty' }), '--resume'],
      1,
      /there is no .* to resume/,
    ],
  ])('says in one line what is wrong with %s', async (_what, args, code, message) => {
    const ended = await run(args());
    expect(ended.code).toBe(code);
    expect(ended.err).toMatch(message);
    expect(ended.err).not.toContain('    at ');
  });

  it.each([
    ['cut short', (file: Buffer) => file.subarray(0, file.length - 9), /checkpoint\.safetensors: .*missing/],
    [
      'of another program',
      () => readFileSync(join(folder, 'model.safetensors')),
      /checkpoint\.safetensors is no checkpoint/,
    ],
  ])('a checkpoint that is %s is refused, and stays as it is', async (_what, spoilt, message) => {
    const { saveModel } = await import('../io/model-folder.ts');
    const { config, parameters } = readGolden('neox-parallel');
    await saveModel(folder, config, parameters);
    const path = write('spoilt.json', { out: 'spoilt', pretrain: { ...pretrain, steps: 12 } });
    const file = join(folder, 'spoilt/checkpoint.safetensors');
    rmSync(file, { force: true });
    expect((await run([path])).code).toBe(0);
    const bytes = spoilt(readFileSync(file));
    writeFileSync(file, bytes);
    const ended = await run([path, '--resume']);
    expect(ended.err).toMatch(message);
    expect(ended.err).not.toContain('    at ');
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('shards that are cut short are refused by name', async () => {
    const shards = join(folder, 'shards');
    mkdirSync(shards, { recursive: true });
    for (const name of ['train.idx', 'train.bin']) writeFileSync(join(shards, name), 'MMIDIDX\0\0');
    copyFileSync(
      new URL('../../test/golden-tokenizer/tokenizer.golden.json', import.meta.url),
      join(shards, 'tokenizer.json'),
    );
    const ended = await run([
      write('cut.json', { out: 'cut', data: { shards: 'shards' }, tokenizer: undefined }),
    ]);
    expect(ended.err).toMatch(/shards\/train\.idx: /);
    expect(ended.err).not.toContain('    at ');
  });

  it('shards that another tokenizer made are said to be that', async () => {
    const shards = join(folder, 'others');
    mkdirSync(shards, { recursive: true });
    const writer = createShardWriter(join(shards, 'train.idx'), join(shards, 'train.bin'), 1000);
    await writer.add(Int32Array.from({ length: 500 }, (_, i) => 500 + i));
    await writer.close();
    copyFileSync(
      new URL('../../test/golden-tokenizer/tokenizer.golden.json', import.meta.url),
      join(shards, 'tokenizer.json'),
    );
    const data = { data: { shards: 'others' }, tokenizer: undefined };
    const ended = await run([write('others.json', { out: 'other', ...data })]);
    expect(ended.err).toMatch(
      /token \d+ at \d+ is outside the vocabulary of 640: was the data made with another/,
    );
    expect(ended.err).not.toContain('    at ');
    expect(ended.code).toBe(1);
  });

  it('names the parameter and the two shapes when it cannot start from a model', async () => {
    const { saveModel } = await import('../io/model-folder.ts');
    const { config, parameters } = readGolden('neox-parallel');
    await saveModel(folder, config, parameters);
    const ended = await run([write('r.json', { out: 'from', startFrom: '.' })]);
    expect(ended.err).toMatch(/gpt_neox\.embed_in\.weight is \[53,48\] in .*, the recipe's is \[400,32\]/);
    expect(ended.code).toBe(1);
  });
});
