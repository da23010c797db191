import type { Bench } from '../bench.ts';
import { startContender } from '../engine/contender.ts';

const COMPARED = 4;
const TOLERANCE = 1e-3;

const peers = [
  { kind: 'jax', name: '@jax-js/jax 0.1.25 (wasm, jit)' },
  { kind: 'tfjs', name: 'tfjs 4.22.0 (wasm)' },
] as const;

const models = [
  { name: 'mlp', title: 'MLP 784-256-10, batch 128' },
  { name: 'gpt', title: 'GPT 2 x 64, vocabulary 256, batch 4 x 64' },
] as const;

export const bench: Bench = {
  about: 'training steps of small models against what JavaScript offers on a CPU today',
  async *cases(options) {
    for (const peer of peers) {
      for (const model of models) {
        const ours = startContender('js-contender', ['ours', model.name]);
        const theirs = startContender('js-contender', [peer.kind, model.name]);
        const milliseconds = options.quick ? 150 : 1000;
        yield {
          case: `${model.title}, 1 thread`,
          peer: peer.name,
          unit: 'steps/s',
          better: 'more',
          ours: () => ours.call('measure', milliseconds),
          theirs: () => theirs.call('measure', milliseconds),
          async verify() {
            const [a, b] = [
              await ours.call<number[]>('losses', COMPARED),
              await theirs.call<number[]>('losses', COMPARED),
            ];
            options.progress(`losses ours ${a.join(' ')}; ${peer.name} ${b.join(' ')}`);
            return a.length === COMPARED && a.every((x, i) => Math.abs(x - (b[i] ?? 0)) <= TOLERANCE);
          },
          must: 3,
          aim: 6,
          note: `Forward, backward and plain gradient descent from the same weights; the first ${COMPARED} losses agree to ${TOLERANCE}.`,
          close() {
            ours.close();
            theirs.close();
          },
        };
      }
    }
  },
};
