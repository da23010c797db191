// The promise that public checkpoints map completely: every name, every shape, the published counts.

import { describe, expect, it } from 'vitest';
import { publicCheckpoints } from './checkpoints.ts';
import { elementsOf, UnsupportedConfig } from './config.ts';
import { configFromHf, configToHf, modelOf } from './families.ts';
import { countParameters, type Model } from './model.ts';
import { matchTensors, type TensorHeader } from './tensor-names.ts';

const configOf = (id: string) => publicCheckpoints.find((c) => c.id === id)!.config;
const headerOf = (model: Model, buffers: (layer: number) => [string, number[]][] = () => []) =>
  new Map<string, TensorHeader>([
    ...model.parameters.map(({ name, shape }) => [name, { shape }] as const),
    ...Array.from({ length: model.config.layers }, (_, i) => buffers(i))
      .flat()
      .map(([name, shape]) => [name, { shape }] as const),
  ]);

describe('public checkpoints', () => {
  it.each(publicCheckpoints.filter((c) => c.parameters).map((c) => [c.id, c] as const))(
    '%s has exactly the published number of parameters',
    (_id, { config, parameters }) => expect(countParameters(modelOf(config))).toBe(parameters),
  );

  // Published sizes by name; the closed form is worked independently of the parameter table.
  it.each([
    ['llm-jp/llm-jp-13b-v2.0', 2 * 97024 * 5120 + 40 * (4 * 5120 ** 2 + 3 * 5120 * 13824 + 2 * 5120) + 5120],
    ['llm-jp/llm-jp-3-1.8b', 2 * 99487 * 2048 + 24 * (4 * 2048 ** 2 + 3 * 2048 * 7168 + 2 * 2048) + 2048],
    [
      'llm-jp/llm-jp-3-172b',
      2 * 99487 * 12288 + 96 * (12288 ** 2 * 2 + 2 * 12288 * 2048 + 3 * 12288 * 38464 + 24576) + 12288,
    ],
    [
      'llm-jp/llm-jp-4-8b',
      2 * 196608 * 4096 + 32 * (2 * 4096 ** 2 + 2 * 4096 * 1024 + 3 * 4096 * 14336 + 8192) + 4096,
    ],
    ['rinna/youri-7b', 6_738_415_616],
    ['rinna/llama-3-youko-8b', 8_030_261_248],
    ['llm-jp/llm-jp-1.3b-v1.0', 50570 * 2048 + 2048 * 2048 + 24 * (12 * 2048 ** 2 + 13 * 2048) + 2 * 2048],
  ])('%s has %i parameters', (id, count) => expect(countParameters(modelOf(configOf(id)))).toBe(count));

  it.each(publicCheckpoints.map((c) => [c.id, c.config] as const))(
    '%s survives config.json',
    (_id, config) => {
      const back = configFromHf(JSON.parse(JSON.stringify(configToHf(config))));
      expect(back).toMatchObject(JSON.parse(JSON.stringify(config)));
    },
  );

  it('rinna gpt2-small: the file with its masks adds up to the published bytes, and the masks are skipped', () => {
    const model = modelOf(configOf('rinna/japanese-gpt2-small'));
    const header = headerOf(model, (i) => [[`transformer.h.${i}.attn.bias`, [1, 1, 1024, 1024]]]);
    const bytes = [...header].reduce(
      (n, [name, t]) => n + elementsOf(t.shape) * (name.endsWith('.attn.bias') ? 1 : 4),
      0,
    );
    // What is left of the published size is the JSON header.
    expect(454_274_094 - bytes).toBeGreaterThan(0);
    expect(454_274_094 - bytes).toBeLessThan(20_000);
    expect(matchTensors(model, header).size).toBe(model.parameters.length);
  });

  it('rinna neox-small: a hub scan counts parameters, masks and rotary frequencies; only the first are read', () => {
    const model = modelOf(configOf('rinna/japanese-gpt-neox-small'));
    const header = headerOf(model, (i) => [
      [`gpt_neox.layers.${i}.attention.bias`, [1, 1, 2048, 2048]],
      [`gpt_neox.layers.${i}.attention.rotary_emb.inv_freq`, [32]],
    ]);
    expect([...header.values()].reduce((n, t) => n + elementsOf(t.shape), 0)).toBe(203_611_008);
    expect([...matchTensors(model, header).keys()]).toEqual(model.parameters.map((p) => p.name));
  });
});

describe('names in a file', () => {
  const gpt2 = modelOf(configOf('rinna/japanese-gpt2-xsmall'));
  const neox = modelOf(configOf('rinna/japanese-gpt-neox-small'));

  it('may lack the prefix, or repeat the tied embedding', () => {
    const bare = new Map([...headerOf(gpt2)].map(([n, t]) => [n.replace('transformer.', ''), t]));
    bare.set('lm_head.weight', { shape: [32000, 512] });
    expect(matchTensors(gpt2, bare).get('transformer.wte.weight')).toBe('wte.weight');
    const renamed = new Map([...headerOf(neox)].map(([n, t]) => [n.replace('embed_out', 'lm_head'), t]));
    expect(matchTensors(neox, renamed).get('embed_out.weight')).toBe('lm_head.weight');
  });

  it.each([
    [
      'unknown',
      (h: Map<string, TensorHeader>) => h.set('transformer.h.0.extra', { shape: [3] }),
      /transformer\.h\.0\.extra \[3\] is not part/,
    ],
    [
      'missing',
      (h: Map<string, TensorHeader>) => h.delete('transformer.h.5.mlp.c_fc.bias'),
      /h\.5\.mlp\.c_fc\.bias \[2304\] is missing/,
    ],
    [
      'transposed',
      (h: Map<string, TensorHeader>) => h.set('transformer.h.2.mlp.c_fc.weight', { shape: [2304, 512] }),
      /is \[2304,512\], the model's transformer\.h\.2\.mlp\.c_fc\.weight is \[512,2304\]/,
    ],
    [
      'of another head',
      (h: Map<string, TensorHeader>) => h.set('lm_head.weight', { shape: [9, 512] }),
      /lm_head\.weight is \[9,512\]/,
    ],
    [
      'there twice',
      (h: Map<string, TensorHeader>) => h.set('wte.weight', { shape: [32000, 512] }),
      /both are transformer\.wte\.weight/,
    ],
  ])('a tensor that is %s is one line with its name and shapes', (_what, change, message) => {
    const header = headerOf(gpt2);
    change(header);
    expect(() => matchTensors(gpt2, header)).toThrow(UnsupportedConfig);
    expect(() => matchTensors(gpt2, header)).toThrow(message);
  });
});
