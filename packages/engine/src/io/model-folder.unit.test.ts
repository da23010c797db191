// Promises of model folders: every dtype, one file or shards, same values; anything that does not fit is one line.

import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnsupportedConfig } from '../models/config.ts';
import { configToHf } from '../models/families.ts';
import { readGolden } from '../testing/golden.ts';
import { decodeBfloat16, decodeFloat16, fromFloat16, toBfloat16, toFloat16 } from './half.ts';
import { loadModel, saveModel, tokenizerFiles } from './model-folder.ts';
import { readSafetensors, SafetensorsError, type Tensor, writeSafetensors } from './safetensors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('half precision', () => {
  it('every binary16 keeps its bits through float32', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromFloat16(bits);
      if (Number.isNaN(value)) expect(toFloat16(value) & 0x7fff).toBeGreaterThan(0x7c00);
      else expect(toFloat16(value)).toBe(bits);
    }
  });

  it('rounds to the nearest value, to even at ties', () => {
    const distance = (value: number, rounded: number) => Math.abs(value - rounded);
    fc.assert(
      fc.property(fc.float({ min: -65000, max: 65000, noNaN: true }), (x) => {
        const bits = toFloat16(x);
        const error = distance(x, fromFloat16(bits));
        for (const other of [bits - 1, bits + 1]) {
          if ((other & 0x7c00) !== 0x7c00 && other >= 0)
            expect(error <= distance(x, fromFloat16(other))).toBe(true);
        }
        const kept = decodeBfloat16(Uint16Array.of(toBfloat16(x)))[0];
        expect(distance(x, kept)).toBeLessThanOrEqual(Math.max(Math.abs(x) * 2 ** -8, 2 ** -134));
      }),
    );
    expect([1 + 2 ** -11, 1 + 3 * 2 ** -11].map(toFloat16)).toEqual([0x3c00, 0x3c02]);
    expect([1 + 2 ** -8, 1 + 3 * 2 ** -8].map(toBfloat16)).toEqual([0x3f80, 0x3f82]);
    expect(decodeFloat16(Uint16Array.of(1, 0x8000, 0xfc00))).toEqual(
      Float32Array.of(2 ** -24, -0, -Infinity),
    );
  });
});

describe.each(['llama-rope3', 'gpt2-tanh', 'neox-sequential'] as const)('%s', (name) => {
  const golden = readGolden(name);

  it.each(['F32', 'F16', 'BF16'] as const)('comes back from %s, whole and in shards', async (dtype) => {
    const precision = { F32: 0, F16: 2 ** -11, BF16: 2 ** -8 }[dtype];
    for (const maxShardBytes of [undefined, 5000]) {
      const files = await saveModel(folder, golden.config, golden.parameters, { dtype, maxShardBytes });
      expect(files.includes('model.safetensors.index.json')).toBe(maxShardBytes !== undefined);
      if (maxShardBytes) await rm(join(folder, 'model.safetensors'), { force: true });
      const { config, parameters } = await loadModel(folder);
      expect(configToHf(config)).toEqual({
        ...configToHf(golden.config),
        torch_dtype: configToHf(config).torch_dtype,
      });
      for (const [key, { shape, data }] of golden.parameters) {
        expect(parameters.get(key)!.shape).toEqual(shape);
        const worst = data.reduce((w, v, i) => Math.max(w, Math.abs(v - parameters.get(key)!.data[i])), 0);
        expect(worst).toBeLessThanOrEqual(2 * precision);
      }
    }
  });
});

describe('a folder', () => {
  const golden = readGolden('neox-sequential');
  const save = (options = {}) => saveModel(folder, golden.config, golden.parameters, options);
  const rewrite = async (change: (tensors: Map<string, Tensor>) => void) => {
    const path = join(folder, 'model.safetensors');
    const { tensors } = await readSafetensors(path);
    change(tensors);
    await writeSafetensors(path, tensors);
  };

  it('may carry masks and rotary frequencies, which are not read', async () => {
    await save();
    await rewrite((tensors) => {
      tensors.set('gpt_neox.layers.0.attention.bias', {
        dtype: 'BOOL',
        shape: [1, 1, 4, 4],
        data: new Uint8Array(16),
      });
      tensors.set('gpt_neox.layers.1.attention.rotary_emb.inv_freq', {
        dtype: 'F32',
        shape: [8],
        data: new Float32Array(8),
      });
    });
    expect([...(await loadModel(folder)).parameters.keys()].sort()).toEqual(
      [...golden.parameters.keys()].sort(),
    );
  });

  it.each([
    [
      'an unknown tensor',
      (t: Map<string, Tensor>) => t.set('x', { dtype: 'U8', shape: [2], data: new Uint8Array(2) }),
      /tensor x \[2\] is not part of this gpt_neox model/,
    ],
    [
      'a missing tensor',
      (t: Map<string, Tensor>) => t.delete('embed_out.weight'),
      /embed_out\.weight \[41,32\] is missing/,
    ],
    [
      'a wrong shape',
      (t: Map<string, Tensor>) =>
        t.set('embed_out.weight', { dtype: 'F32', shape: [32, 41], data: new Float32Array(32 * 41) }),
      /embed_out\.weight is \[32,41\].*\[41,32\]/,
    ],
    [
      'a wrong dtype',
      (t: Map<string, Tensor>) =>
        t.set('embed_out.weight', { dtype: 'I32', shape: [41, 32], data: new Int32Array(32 * 41) }),
      /"embed_out\.weight" is I32/,
    ],
  ])('with %s is refused with one line', async (_what, change, message) => {
    await save();
    await rewrite(change);
    await expect(loadModel(folder)).rejects.toThrow(message);
    expect(((await loadModel(folder).catch((e) => e)) as Error).message).not.toContain('\n');
  });

  it('with a cut, foreign or escaping shard is refused', async () => {
    await save({ maxShardBytes: 5000 });
    const indexPath = join(folder, 'model.safetensors.index.json');
    const index = await readFile(indexPath, 'utf8');
    await writeFile(indexPath, index.replaceAll('model-00001-of', '../model-00001-of'));
    await expect(loadModel(folder)).rejects.toThrow(/names the shard "\.\.\/model-00001/);
    await writeFile(indexPath, index.replace(/"(embed_out\.weight)"/, '"other"'));
    await expect(loadModel(folder)).rejects.toThrow(UnsupportedConfig);
    await writeFile(indexPath, index);
    await truncate(join(folder, (await readdir(folder)).find((f) => f.startsWith('model-00001'))!), 200);
    await expect(loadModel(folder)).rejects.toThrow(SafetensorsError);
  });

  it('written over another is the new one, whichever of the two was in shards', async () => {
    const first = [...golden.parameters.keys()][0];
    const others = new Map(
      [...golden.parameters].map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map((x) => x + 1) },
      ]),
    );
    for (const [before, after] of [
      [{ maxShardBytes: 5000 }, {}],
      [{}, { maxShardBytes: 5000 }],
    ]) {
      const target = await mkdtemp(join(folder, 'twice-'));
      await saveModel(target, golden.config, golden.parameters, before);
      await saveModel(target, golden.config, others, after);
      expect((await loadModel(target)).parameters.get(first)).toEqual(others.get(first));
      // transformers looks for the one file first.
      expect((await readdir(target)).includes('model.safetensors')).toBe(!('maxShardBytes' in after));
    }
  });

  it('keeps the generation settings and copies the tokenizer files', async () => {
    await writeFile(join(folder, 'tokenizer.json'), '{}');
    const target = await mkdtemp(join(folder, 'copy-'));
    const generation = { temperature: 0.7 };
    await saveModel(target, golden.config, golden.parameters, {
      generation,
      copy: await tokenizerFiles(folder),
    });
    expect((await loadModel(target)).generation).toMatchObject({ temperature: 0.7, eos_token_id: 2 });
    expect(await readFile(join(target, 'tokenizer.json'), 'utf8')).toBe('{}');
  });
});
