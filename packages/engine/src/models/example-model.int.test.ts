// The worked example of docs/engine/adding-a-model.md: a family of its own in forty lines, right to the last gradient.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import { gradients } from '../core/grad.ts';
import type { Node } from '../core/graph.ts';
import { ndarray } from '../core/ndarray.ts';
import { numel } from '../core/shape.ts';
import { normals } from '../nn/rng.ts';
import { openCpu } from '../runtime/cpu.ts';
import { compareWithInterpreter } from '../testing/compare.ts';
import type { CommonConfig, ParameterInfo } from './config.ts';
import { countParameters, inLayer, type Model, paramNodes, sequenceLogits } from './model.ts';

const config: CommonConfig = {
  ...{ vocabSize: 29, hiddenSize: 16, layers: 2, heads: 2, intermediateSize: 24, maxPositions: 8 },
  tieEmbeddings: true,
};

function parameters({
  vocabSize,
  hiddenSize: h,
  intermediateSize: m,
  layers,
}: CommonConfig): ParameterInfo[] {
  const out: ParameterInfo[] = [{ name: 'embed.weight', shape: [vocabSize, h], role: 'embedding' }];
  for (let i = 0; i < layers; i++) {
    out.push({ name: `layers.${i}.norm.weight`, shape: [h], role: 'norm' });
    for (const w of ['q', 'k', 'v'])
      out.push({ name: `layers.${i}.${w}.weight`, shape: [h, h], role: 'matrix' });
    out.push({ name: `layers.${i}.up.weight`, shape: [m, h], role: 'matrix' });
    out.push({ name: `layers.${i}.down.weight`, shape: [h, m], role: 'matrix', residual: true });
  }
  return [...out, { name: 'norm.weight', shape: [h], role: 'norm' }];
}

/** Attention and MLP side by side on one norm, the MLP's input softly capped; no positions. */
function cappedModel(): Model {
  const size = config.hiddenSize / config.heads;
  return {
    family: 'llama',
    config,
    parameters: parameters(config),
    attention: { heads: config.heads, keyValueHeads: config.heads, headSize: size, scale: size ** -0.5 },
    contextLength: config.maxPositions,
    head: (p) => p.get('embed.weight')!,
    hidden(b, p, ids, { batch, length }, attend) {
      const norm = (x: Node, name: string) =>
        b.apply('rmsnorm', [x, p.get(`${name}.weight`)!], { eps: 1e-5 });
      const linear = (x: Node, name: string) =>
        inLayer(name, () => b.matmul(x, p.get(`${name}.weight`)!, { tb: true }));
      let x = b.reshape(b.gather(p.get('embed.weight')!, ids), [batch * length, config.hiddenSize]);
      for (let i = 0; i < config.layers; i++) {
        const h = norm(x, `layers.${i}.norm`);
        const [q, k, v] = ['q', 'k', 'v'].map((w) =>
          b.reshape(linear(h, `layers.${i}.${w}`), [batch, length, config.heads, size]),
        );
        const up = b.apply('softcap', [linear(h, `layers.${i}.up`)], { cap: 5 });
        x = b.add(b.add(x, attend(i, q, k, v)), linear(up, `layers.${i}.down`));
      }
      return norm(x, 'norm');
    },
  };
}

it('a model written as the guide says has the logits and gradients of the float64 interpreter', () => {
  const model = cappedModel();
  expect(countParameters(model)).toBe(29 * 16 + 2 * (16 + 3 * 256 + 2 * 384) + 16);
  const b = new GraphBuilder();
  const p = paramNodes(b, model);
  const logits = sequenceLogits(b, model, p, b.param('inputs', [2, 6], 'i32'));
  const loss = b.mean(
    b.pick(b.apply('cross_entropy', [logits, b.reshape(b.param('inputs', [2, 6], 'i32'), [12])]), 0),
  );
  const values = new Map([
    ...model.parameters.map(
      ({ name, shape }) => [name, ndarray(shape, [...normals(1, name, numel(shape), 0.3)])] as const,
    ),
    ['inputs', ndarray([2, 6], [1, 5, 9, 28, 0, 3, 7, 7, 2, 11, 13, 17], 'i32')] as const,
  ]);
  const cacheDir = mkdtempSync(join(tmpdir(), 'example-'));
  const device = openCpu({ threads: 2, cacheDir });
  compareWithInterpreter(device, b, [logits, loss, ...gradients(b, loss, [...p.values()])], values, {
    ...{ rtol: 1e-3, atol: 1e-5 },
  });
  device.dispose();
  rmSync(cacheDir, { recursive: true, force: true });
});
