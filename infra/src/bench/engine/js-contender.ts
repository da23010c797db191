// One small model trained by one of three: ours, jax-js (wasm), tfjs (wasm). Arguments: KIND MODEL.

import { GraphBuilder, gradients, type Node, openCpu } from '@tsudoi/engine/tensor';
import { npmPeers } from '../peers/npm.ts';
import { serve } from './contender.ts';
import { gptLoss } from './gpt-graph.ts';
import { jaxTrainer } from './js-jax.ts';
import { GPT, gpt, gptIds, gptNamed, MLP, mlp, mlpLabels } from './js-models.ts';
import { tfjsTrainer } from './js-tfjs.ts';

const [kind, modelName] = process.argv.slice(2) as ['ours' | 'jax' | 'tfjs', 'mlp' | 'gpt'];

/** A model in training. */
export interface SmallTrainer {
  /** Back to the initial weights. */
  reset(): void;
  /** One step; the loss before it. */
  step(): number | Promise<number>;
}

function mlpLoss(b: GraphBuilder): Node {
  const p = (name: string) => {
    const { shape } = mlp.parameters.find((x) => x.name === name) as { shape: readonly number[] };
    return b.param(name, shape);
  };
  const x = b.param('x', [MLP.batch, MLP.inputs]);
  const hidden = b.max(b.add(b.matmul(x, p('w1')), p('b1')), 0);
  const logits = b.add(b.matmul(hidden, p('w2')), p('b2'));
  return b.mean(b.pick(b.apply('cross_entropy', [logits, b.param('y', [MLP.batch], 'i32')]), 0));
}

/** Ours runs on one thread, as the peers do. */
function ours(): SmallTrainer {
  const b = new GraphBuilder();
  const model = modelName === 'mlp' ? mlp : gpt;
  const initial = modelName === 'mlp' ? mlp.parameters : gptNamed();
  const loss = modelName === 'mlp' ? mlpLoss(b) : gptLoss(b, GPT);
  const params = initial.map(({ name, shape }) => b.param(name, shape));
  const grads = gradients(b, loss, params);
  const updates = new Map(
    initial.map(({ name }, i) => [
      name,
      b.sub(params[i] as Node, b.mul(grads[i] as Node, model.learningRate)),
    ]),
  );
  const program = openCpu({ threads: 1 }).compile({
    builder: b,
    outputs: new Map([['loss', loss]]),
    updates,
  });
  const x = mlp.inputs[0] as { values: Float32Array };
  const batch = () => {
    if (modelName === 'mlp') {
      program.write('x', x.values);
      program.write('y', Int32Array.from(mlpLabels()));
    } else {
      program.write('ids', Int32Array.from(gptIds(0)));
      program.write('targets', Int32Array.from(gptIds(1)));
    }
  };
  return {
    reset() {
      for (const { name, values } of initial) program.write(name, values);
      batch();
    },
    step() {
      program.run();
      return program.read('loss')[0] as number;
    },
  };
}

async function makeTrainer(): Promise<SmallTrainer> {
  if (kind === 'ours') return ours();
  const peers = await npmPeers([
    '@jax-js/jax@0.1.25',
    '@tensorflow/tfjs@4.22.0',
    '@tensorflow/tfjs-backend-wasm@4.22.0',
  ]);
  const model = modelName === 'mlp' ? mlp : gpt;
  return kind === 'jax' ? jaxTrainer(peers, model) : tfjsTrainer(peers, model);
}

const trainer = await makeTrainer();
trainer.reset();
await serve({
  async losses(count: number) {
    trainer.reset();
    const out: number[] = [];
    for (let i = 0; i < count; i++) out.push(await trainer.step());
    return out;
  },
  /** Steps per second over at least `milliseconds`. */
  async measure(milliseconds: number) {
    const begin = performance.now();
    let steps = 0;
    do {
      await trainer.step();
      steps++;
    } while (performance.now() - begin < milliseconds);
    return (1000 * steps) / (performance.now() - begin);
  },
});
