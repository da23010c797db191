import { Worker } from 'node:worker_threads';
import { buildDictionary } from './dictionary.ts';
import { TokenizerError, type TokenizerErrorCode } from './errors.ts';
import type { UnigramModel } from './model.ts';

/** Ids of several texts one after the other: text i is `ids[ends[i - 1] .. ends[i])`. */
export interface EncodedTexts {
  ids: Int32Array;
  ends: Int32Array;
}

export interface TokenizerPool {
  /**
   * Encodes texts in one of the threads. Calls run at the same time, as many as there are threads, and each resolves
   * with what `Tokenizer.encode` gives; about a megabyte of text a call keeps the cost of handing it over small.
   * @throws TokenizerError LoneSurrogate, with `text` (which of them) and `index`
   */
  encode(texts: readonly string[]): Promise<EncodedTexts>;
  close(): Promise<void>;
}

export type PoolAnswer =
  | { ids: Int32Array; ends: Int32Array }
  | { code: TokenizerErrorCode; params: Record<string, string | number>; message: string };

interface Task {
  texts: readonly string[];
  resolve(encoded: EncodedTexts): void;
  reject(error: Error): void;
}

/** Messages that a thread has at once: the second is on its way while it encodes the first. */
const AHEAD = 2;

/** Threads that encode with one dictionary in shared memory. */
export function createTokenizerPool(model: UnigramModel, threads: number): TokenizerPool {
  const dictionary = buildDictionary(model);
  const waiting: Task[] = [];
  /** Of each thread, the tasks it was given and has not answered, in their order. */
  const given = new Map<Worker, Task[]>();
  for (let i = 0; i < threads; i++) start();

  function start(): void {
    const worker = new Worker(new URL('./pool-worker.ts', import.meta.url), { workerData: dictionary });
    given.set(worker, []);
    worker.unref();
    worker.on('message', (answer: PoolAnswer) => {
      const task = given.get(worker)!.shift()!;
      next();
      if ('ids' in answer) task.resolve(answer);
      else task.reject(new TokenizerError(answer.code, answer.params, answer.message));
    });
    worker.on('error', (error) => {
      const lost = given.get(worker)!;
      given.delete(worker);
      if (given.size === 0) lost.push(...waiting.splice(0));
      for (const task of lost) task.reject(error as Error);
    });
  }

  /** Gives each task to the thread that has the fewest. */
  function next(): void {
    for (let few = 0; few < AHEAD; few++)
      for (const [worker, tasks] of given) {
        if (tasks.length !== few || waiting.length === 0) continue;
        const task = waiting.shift()!;
        tasks.push(task);
        worker.ref();
        worker.postMessage(task.texts);
      }
    for (const [worker, tasks] of given) if (tasks.length === 0) worker.unref();
  }

  return {
    encode: (texts) =>
      new Promise((resolve, reject) => {
        waiting.push({ texts, resolve, reject });
        next();
      }),
    async close() {
      await Promise.all([...given.keys()].map((worker) => worker.terminate()));
    },
  };
}
