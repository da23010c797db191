// Many generations at once on the CPU: every step takes one row from each sequence that is decoding, as many at a time as
// the kernels compute alike, and between steps one block of a waiting prompt, so that a long prompt never stops the others
// for more than a block. A sequence has a slot of the cache for as long as it lasts. Which others run beside it never
// changes its tokens: rows are computed alike in every step, and how a prompt is cut depends on the prompt alone.

import { modelOf } from '../models/families.ts';
import type { CpuDevice, CpuExecutable, SharedMemory } from '../runtime/cpu.ts';
import {
  checkPrompt,
  type GenerateOptions,
  type Generation,
  type Generator,
  type OnToken,
} from './generation.ts';
import { traceRowsStep } from './rows-step.ts';
import { logProbabilities, sample } from './sampler.ts';
import {
  loadWeights,
  type Quantization,
  requireServingMemory,
  rowsAlike,
  servingMemory,
  sharedParams,
  type WeightSource,
  weightLayout,
} from './weights.ts';

export interface BatcherOptions {
  readonly quantize?: Quantization;
  /** Sequences at once; default 4. */
  readonly slots?: number;
  /** Positions per sequence; default what the model has. */
  readonly context?: number;
  /** Generations that may wait for a slot; default 64. */
  readonly queue?: number;
  /** Bytes that may be used; default what the system says is free. */
  readonly availableMemory?: number;
}

/** More generations wait than are allowed to. */
export class Overloaded extends Error {
  override name = 'Overloaded';
}

const BLOCKS: readonly number[] = [16, 64];
const LONGEST_BLOCK = BLOCKS[BLOCKS.length - 1];

interface Sequence {
  readonly prompt: readonly number[];
  readonly options: GenerateOptions;
  readonly onToken?: OnToken;
  readonly ids: number[];
  /** Prompt tokens in the cache. */
  fed: number;
  slot: number;
  resolve(result: Generation): void;
  reject(reason: unknown): void;
}

export interface Batcher extends Generator {
  readonly context: number;
  readonly memory: { readonly weights: number; readonly caches: number };
  /** Sequences with a slot, and those that wait. */
  load(): { running: number; waiting: number };
}

/**
 * Loads the weights and serves. The device is given back by `dispose`.
 * @throws OutOfMemory before anything is loaded, DeviceUnavailable, RangeError for bad options
 */
export function createBatcher(
  device: CpuDevice,
  source: WeightSource,
  options: BatcherOptions = {},
): Batcher {
  const { config } = source;
  const { slots = 4, queue = 64 } = options;
  const longest = modelOf(config).contextLength;
  const context = Math.min(options.context ?? longest, longest);
  if (!(Number.isInteger(slots) && slots > 0)) throw new RangeError(`slots must be positive, got ${slots}`);
  if (!(Number.isInteger(context) && context > 0))
    throw new RangeError(`context must be positive, got ${context}`);
  const weights = weightLayout(source, options.quantize);
  const params = sharedParams(config, weights, slots, context);
  const needed = servingMemory(config, params, LONGEST_BLOCK);
  requireServingMemory(needed, options.availableMemory ?? process.availableMemory());
  const memory = device.share(params);
  loadWeights(memory, source, weights);
  const rows = rowsAlike(source, weights);
  return new RowBatcher(device, source, memory, { slots, context, queue, rows, memory: needed });
}

class RowBatcher implements Batcher {
  readonly context: number;
  readonly memory: { readonly weights: number; readonly caches: number };
  readonly #device: CpuDevice;
  readonly #config: WeightSource['config'];
  readonly #shared: SharedMemory;
  readonly #slots: number;
  readonly #queueLimit: number;
  /** Most sequences of a step of decoding. */
  readonly #rows: number;
  readonly #programs = new Map<string, CpuExecutable>();
  readonly #waiting: Sequence[] = [];
  readonly #running: Sequence[] = [];
  #isWorking = false;
  #working: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(
    device: CpuDevice,
    { config }: WeightSource,
    shared: SharedMemory,
    o: { slots: number; context: number; queue: number; rows: number; memory: Batcher['memory'] },
  ) {
    this.#device = device;
    this.#config = config;
    this.#shared = shared;
    this.#slots = o.slots;
    this.#queueLimit = o.queue;
    this.#rows = o.rows;
    this.context = o.context;
    this.memory = o.memory;
  }

  load(): { running: number; waiting: number } {
    return { running: this.#running.length, waiting: this.#waiting.length };
  }

  async generate(
    prompt: readonly number[],
    options: GenerateOptions,
    onToken?: OnToken,
  ): Promise<Generation> {
    checkPrompt(prompt, this.#config.vocabSize, this.context);
    options.signal?.throwIfAborted();
    if (this.#disposed) throw new Error('the model is closed');
    if (this.#waiting.length >= this.#queueLimit) {
      throw new Overloaded(`${this.#waiting.length} generations are waiting already`);
    }
    const result = new Promise<Generation>((resolve, reject) => {
      this.#waiting.push({ prompt, options, onToken, ids: [], fed: 0, slot: -1, resolve, reject });
    });
    if (!this.#isWorking) {
      this.#isWorking = true;
      this.#working = this.#work();
    }
    return result;
  }

  async #work(): Promise<void> {
    try {
      for (;;) {
        this.#dropAborted();
        this.#admit();
        if (this.#running.length === 0) return;
        const prompting = this.#running.find((s) => s.fed < s.prompt.length);
        if (prompting) await this.#promptBlock(prompting);
        const decoding = this.#running.filter((s) => s.fed === s.prompt.length && s.ids.length > 0);
        for (let i = 0; i < decoding.length; i += this.#rows)
          await this.#decode(decoding.slice(i, i + this.#rows));
        if (this.#disposed) throw new Error('the model was closed');
      }
    } catch (error) {
      // A kernel that fails leaves no slot to be trusted: everyone is told, and the next call starts afresh.
      for (const s of [...this.#running.splice(0), ...this.#waiting.splice(0)]) s.reject(error);
    } finally {
      this.#isWorking = false;
    }
  }

  #dropAborted(): void {
    for (const list of [this.#running, this.#waiting]) {
      for (const s of [...list]) {
        if (!s.options.signal?.aborted) continue;
        list.splice(list.indexOf(s), 1);
        s.reject(s.options.signal.reason);
      }
    }
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#running.length < this.#slots) {
      const taken = new Set(this.#running.map((s) => s.slot));
      const next = this.#waiting.shift()!;
      next.slot = Array.from({ length: this.#slots }, (_, i) => i).find((i) => !taken.has(i))!;
      this.#running.push(next);
    }
  }

  async #promptBlock(s: Sequence): Promise<void> {
    const left = s.prompt.length - s.fed;
    const rows = BLOCKS.find((n) => n >= left) ?? LONGEST_BLOCK;
    const count = Math.min(rows, left);
    const program = this.#program(rows, 'last');
    const row = (i: number, value: number, padding: number) => (i < count ? value : padding);
    program.write(
      'token',
      Int32Array.from({ length: rows }, (_, i) => row(i, s.prompt[s.fed + i], 0)),
    );
    program.write(
      'slot',
      Int32Array.from({ length: rows }, (_, i) => row(i, s.slot, -1)),
    );
    program.write(
      'position',
      Int32Array.from({ length: rows }, (_, i) => row(i, s.fed + i, 0)),
    );
    program.write('last', Int32Array.of(count - 1));
    await program.runLater();
    s.fed += count;
    if (s.fed === s.prompt.length) this.#take(s, program.read('logits'));
  }

  async #decode(sequences: readonly Sequence[]): Promise<void> {
    let rows = 1;
    while (rows < sequences.length) rows *= 2;
    const program = this.#program(rows, 'every');
    const row = (of: (s: Sequence) => number, padding: number) =>
      Int32Array.from({ length: rows }, (_, i) => (i < sequences.length ? of(sequences[i]) : padding));
    program.write(
      'token',
      row((s) => s.ids[s.ids.length - 1], 0),
    );
    program.write(
      'slot',
      row((s) => s.slot, -1),
    );
    program.write(
      'position',
      row((s) => s.prompt.length + s.ids.length - 1, 0),
    );
    await program.runLater();
    const logits = program.read('logits');
    const { vocabSize } = this.#config;
    sequences.forEach((s, i) => {
      this.#take(s, logits.subarray(i * vocabSize, (i + 1) * vocabSize));
    });
  }

  /** Draws a sequence's next token and ends the sequence where that is due. */
  #take(s: Sequence, logits: Float32Array): void {
    if (s.options.signal?.aborted) return;
    try {
      const reason = this.#next(s, logits);
      if (reason) this.#finish(s, reason);
    } catch (error) {
      this.#remove(s);
      s.reject(error);
    }
  }

  /** Draws the next token; why the sequence is at its end, if it is. */
  #next(s: Sequence, logits: Float32Array): Generation['finishReason'] | undefined {
    const { options: o } = s;
    if (o.maxNewTokens === 0) return 'length';
    const id = sample(logits, { prompt: s.prompt, continuation: s.ids }, o, s.ids.length);
    if (o.stopIds?.includes(id)) return 'stop';
    s.ids.push(id);
    const logprobs = o.logprobs === undefined ? undefined : logProbabilities(logits, id, o.logprobs);
    if (s.onToken?.(id, logprobs) === 'stop') return 'stop';
    const isFull = s.prompt.length + s.ids.length > this.context;
    return isFull || s.ids.length >= o.maxNewTokens ? 'length' : undefined;
  }

  #remove(s: Sequence): void {
    this.#running.splice(this.#running.indexOf(s), 1);
  }

  #finish(s: Sequence, finishReason: Generation['finishReason']): void {
    this.#remove(s);
    s.resolve({ ids: s.ids, finishReason });
  }

  #program(rows: number, logits: 'every' | 'last'): CpuExecutable {
    const key = `${logits} ${rows}`;
    const known = this.#programs.get(key);
    if (known) return known;
    const trace = traceRowsStep(this.#config, { rows, logits, slots: this.#slots, context: this.context });
    const program = this.#device.compile(trace, {}, this.#shared);
    this.#programs.set(key, program);
    return program;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // A step in progress still uses the memory.
    void this.#working.then(() => {
      this.#device.dispose();
      this.#shared.dispose();
    });
  }
}
