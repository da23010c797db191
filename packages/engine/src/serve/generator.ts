// Generation with a key/value cache that is part of the program's planned state: one compiled program
// processes one token. The prompt is fed through the same program.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import {
  type Attend,
  attentionScale,
  llamaBody,
  llamaHead,
  llamaParams,
  ropeTables,
} from '../models/llama.ts';
import { headSize, keyValueHeads, type LlamaConfig } from '../models/llama-config.ts';
import { openCpu } from '../runtime/cpu.ts';
import type { Trace } from '../schedule/program.ts';
import type { Tensor } from '../train/trainer.ts';
import { type SamplingOptions, sample } from './sampler.ts';

export interface GeneratorOptions {
  readonly config: LlamaConfig;
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly threads?: number;
  readonly cacheDir?: string;
}

export interface GenerateOptions extends SamplingOptions {
  readonly maxNewTokens: number;
  /** Generation ends after one of these, which is not part of the result. */
  readonly stopIds?: readonly number[];
  readonly signal?: AbortSignal;
}

export interface Generation {
  readonly ids: readonly number[];
  /** stop: a stop id came; length: maxNewTokens or the model's positions are used up. */
  readonly finishReason: 'stop' | 'length';
}

export interface Generator {
  /**
   * Continues a prompt of at least one id. `onToken` sees each new id as it comes. Calls are served one
   * after the other. Rejects with the signal's reason when aborted, RangeError for a bad prompt.
   */
  generate(
    promptIds: readonly number[],
    options: GenerateOptions,
    onToken?: (id: number) => void,
  ): Promise<Generation>;
  dispose(): void;
}

/** One token at one position: outputs logits [1, vocabulary], updates of the caches. */
export function traceDecodingStep(config: LlamaConfig): Trace {
  const b = new GraphBuilder();
  const parameters = llamaParams(b, config);
  const [heads, kv, size, positions] = [
    config.heads,
    keyValueHeads(config),
    headSize(config),
    config.maxPositions,
  ];
  const position = b.param('position', [1], 'i32');
  const tables = ropeTables(config, positions);
  const at = (name: string, values: Float32Array) =>
    b.gather(b.table(name, [positions, size / 2], values), position);
  const [cos, sin] = [at('rope.cos', tables.cos), at('rope.sin', tables.sin)];
  const rotate = (x: Node, h: number) =>
    b.reshape(b.apply('rope', [b.reshape(x, [1, 1, h, size]), cos, sin]), [h, size]);
  const updates = new Map<string, Node>();
  const remember = (name: string, row: Node) => {
    const next = b.apply('cache_update', [b.param(name, [positions, kv, size]), row, position]);
    updates.set(name, next);
    return next;
  };
  const attend: Attend = (layer, q, k, v) => {
    const keys = remember(`cache.${layer}.k`, rotate(k, kv));
    const values = remember(`cache.${layer}.v`, b.reshape(v, [kv, size]));
    const scale = attentionScale(config);
    const out = b.apply('attention_decode', [rotate(q, heads), keys, values, position], { scale });
    return b.reshape(out, [1, config.hiddenSize]);
  };
  const row = b.gather(parameters.get('model.embed_tokens.weight')!, b.param('token', [1], 'i32'));
  const logits = llamaHead(b, config, parameters, llamaBody(b, config, parameters, row, attend));
  return { builder: b, outputs: new Map([['logits', logits]]), updates };
}

export function createGenerator(options: GeneratorOptions): Generator {
  const { config } = options;
  const device = openCpu(options);
  const program = device.compile(traceDecodingStep(config));
  for (const name of llamaParams(new GraphBuilder(), config).keys()) {
    const tensor = options.parameters.get(name);
    if (!tensor) throw new RangeError(`parameter ${name} is missing`);
    program.write(name, tensor.data);
  }
  let queue: Promise<unknown> = Promise.resolve();

  const feed = (id: number, position: number) => {
    program.write('token', Int32Array.of(id));
    program.write('position', Int32Array.of(position));
    program.run();
  };

  async function run(prompt: readonly number[], o: GenerateOptions, onToken?: (id: number) => void) {
    checkPrompt(prompt, config);
    const ids: number[] = [];
    const stop = new Set(o.stopIds);
    for (let i = 0; i < prompt.length; i++) {
      o.signal?.throwIfAborted();
      feed(prompt[i], i);
      await nextTurn();
    }
    while (ids.length < o.maxNewTokens) {
      o.signal?.throwIfAborted();
      const id = sample(program.read('logits'), [...prompt, ...ids], o, ids.length);
      if (stop.has(id)) return { ids, finishReason: 'stop' } as const;
      ids.push(id);
      onToken?.(id);
      const position = prompt.length + ids.length - 1;
      if (ids.length === o.maxNewTokens || position >= config.maxPositions) break;
      feed(id, position);
      await nextTurn();
    }
    return { ids, finishReason: 'length' } as const;
  }

  return {
    generate(prompt, o, onToken) {
      const result = queue.then(() => run(prompt, o, onToken));
      queue = result.catch(() => undefined);
      return result;
    },
    dispose: () => device.dispose(),
  };
}

function checkPrompt(prompt: readonly number[], config: LlamaConfig): void {
  if (prompt.length === 0) throw new RangeError('a prompt has at least one token');
  if (prompt.length > config.maxPositions) {
    throw new RangeError(
      `the prompt has ${prompt.length} tokens, the model ${config.maxPositions} positions`,
    );
  }
  const bad = prompt.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabSize);
  if (bad !== undefined)
    throw new RangeError(`token ${bad} is outside the vocabulary of ${config.vocabSize}`);
}
