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

/** Threads that encode with one dictionary in shared memory. */
export function createTokenizerPool(model: UnigramModel, threads: number): TokenizerPool {
  const dictionary = buildDictionary(model);
  const waiting: Task[] = [];
  const running = new Map<Worker, Task>();
  const idle: Worker[] = [];
  const workers = Array.from({ length: threads }, start);

  function start(): Worker {
    const worker = new Worker(new URL('./pool-worker.ts', import.meta.url), { workerData: dictionary });
    worker.unref();
    worker.on('message', (answer: PoolAnswer) => {
      const task = running.get(worker)!;
      running.delete(worker);
      idle.push(worker);
      next();
      if ('ids' in answer) task.resolve(answer);
      else task.reject(new TokenizerError(answer.code, answer.params, answer.message));
    });
    worker.on('error', (error) => {
      running.get(worker)?.reject(error as Error);
      running.delete(worker);
    });
    idle.push(worker);
    return worker;
  }

  function next(): void {
    while (idle.length > 0 && waiting.length > 0) {
      const worker = idle.pop()!;
      const task = waiting.shift()!;
      running.set(worker, task);
      worker.ref();
      worker.postMessage(task.texts);
    }
    for (const worker of idle) worker.unref();
  }

  return {
    encode: (texts) =>
      new Promise((resolve, reject) => {
        waiting.push({ texts, resolve, reject });
        next();
      }),
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
