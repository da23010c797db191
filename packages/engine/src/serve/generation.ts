// What a generator is, and the one for devices whose results come later: one compiled program processes one token over
// a key/value cache that is planned state, and the prompt is fed through the same program. On the CPU batcher.ts takes
// its place. Nothing here needs Node.

import { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import { type ModelConfig, modelOf } from '../models/families.ts';
import { type Attend, logitsOf, paramNodes, singleTokens } from '../models/model.ts';
import type { AsyncDevice, AsyncExecutable } from '../runtime/async-device.ts';
import type { Trace } from '../schedule/program.ts';
import type { Tensor } from '../train/training-step.ts';
import { type LogProbabilities, logProbabilities, type SamplingOptions, sample } from './sampler.ts';

export interface GenerateOptions extends SamplingOptions {
  readonly maxNewTokens: number;
  /** Generation ends after one of these, which is not part of the result. */
  readonly stopIds?: readonly number[];
  readonly signal?: AbortSignal;
  /** Each token's log probability, and those of this many of the most likely ones. */
  readonly logprobs?: number;
}

/** Sees each new id as it comes; the answer 'stop' ends the generation with it. */
export type OnToken = (id: number, logprobs?: LogProbabilities) => unknown;

export interface Generation {
  readonly ids: readonly number[];
  /** stop: a stop id came or `onToken` said so; length: maxNewTokens or the model's positions are used up. */
  readonly finishReason: 'stop' | 'length';
}

export interface Generator {
  /**
   * Continues a prompt of at least one id. Calls may overlap; a device that takes one at a time lets the others wait.
   * Rejects with the signal's reason when aborted, RangeError for a bad prompt.
   */
  generate(promptIds: readonly number[], options: GenerateOptions, onToken?: OnToken): Promise<Generation>;
  dispose(): void;
}

/** One token at one position: outputs logits [1, vocabulary], updates of the caches. */
export function traceDecodingStep(config: ModelConfig): Trace {
  const b = new GraphBuilder();
  const model = modelOf(config);
  const parameters = paramNodes(b, model);
  const { heads, keyValueHeads: kv, headSize: size, scale } = model.attention;
  const position = b.param('position', [1], 'i32');
  const updates = new Map<string, Node>();
  const remember = (name: string, row: Node) => {
    const cache = b.param(name, [model.contextLength, kv, size]);
    const next = b.apply('cache_update', [cache, b.reshape(row, [kv, size]), position]);
    updates.set(name, next);
    return next;
  };
  const attend: Attend = (layer, q, k, v) => {
    const keys = remember(`cache.${layer}.k`, k);
    const values = remember(`cache.${layer}.v`, v);
    const query = b.reshape(q, [heads, size]);
    const out = b.apply('attention_decode', [query, keys, values, position], { scale });
    return b.reshape(out, [1, heads * size]);
  };
  const places = singleTokens(b, position, model.contextLength);
  const hidden = model.hidden(b, parameters, b.param('token', [1], 'i32'), places, attend);
  return { builder: b, outputs: new Map([['logits', logitsOf(b, model, parameters, hidden)]]), updates };
}

export interface GeneratorModel {
  readonly config: ModelConfig;
  readonly parameters: ReadonlyMap<string, Tensor>;
}

/** Writes a model's parameters into a decoding program. Throws RangeError when one is missing. */
export function writeParameters(program: AsyncExecutable, model: GeneratorModel): void {
  for (const { name } of modelOf(model.config).parameters) {
    const tensor = model.parameters.get(name);
    if (!tensor) throw new RangeError(`parameter ${name} is missing`);
    program.write(name, tensor.data);
  }
}

/** A generator on a device whose results come later, which it gives back when disposed. */
export async function createAsyncGenerator(model: GeneratorModel, device: AsyncDevice): Promise<Generator> {
  const program = await device.compile(traceDecodingStep(model.config));
  writeParameters(program, model);
  return generatorOf(program, model.config, () => device.dispose());
}

export function generatorOf(program: AsyncExecutable, config: ModelConfig, dispose: () => void): Generator {
  const { contextLength } = modelOf(config);
  let queue: Promise<unknown> = Promise.resolve();

  const feed = (id: number, position: number) => {
    program.write('token', Int32Array.of(id));
    program.write('position', Int32Array.of(position));
    program.run();
  };

  async function run(prompt: readonly number[], o: GenerateOptions, onToken?: OnToken) {
    checkPrompt(prompt, config.vocabSize, contextLength);
    const ids: number[] = [];
    const stop = new Set(o.stopIds);
    for (let i = 0; i < prompt.length; i++) {
      o.signal?.throwIfAborted();
      feed(prompt[i], i);
    }
    while (ids.length < o.maxNewTokens) {
      o.signal?.throwIfAborted();
      const logits = await program.read('logits');
      const id = sample(logits, { prompt, continuation: ids }, o, ids.length);
      if (stop.has(id)) return { ids, finishReason: 'stop' } as const;
      ids.push(id);
      const logprobs = o.logprobs === undefined ? undefined : logProbabilities(logits, id, o.logprobs);
      if (onToken?.(id, logprobs) === 'stop') return { ids, finishReason: 'stop' } as const;
      const position = prompt.length + ids.length - 1;
      if (ids.length === o.maxNewTokens || position >= contextLength) break;
      feed(id, position);
    }
    return { ids, finishReason: 'length' } as const;
  }

  return {
    generate(prompt, o, onToken) {
      const result = queue.then(() => run(prompt, o, onToken));
      queue = result.catch(() => undefined);
      return result;
    },
    dispose,
  };
}

/** @throws RangeError for an empty or too long prompt or an id that does not exist */
export function checkPrompt(prompt: readonly number[], vocabSize: number, contextLength: number): void {
  if (prompt.length === 0) throw new RangeError('a prompt has at least one token');
  if (prompt.length > contextLength) {
    throw new RangeError(`the prompt has ${prompt.length} tokens, the model ${contextLength} positions`);
  }
  const bad = prompt.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize);
  if (bad !== undefined) throw new RangeError(`token ${bad} is outside the vocabulary of ${vocabSize}`);
}
