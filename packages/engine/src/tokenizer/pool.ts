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
   * Encodes texts on all threads and resolves with what `Tokenizer.encode` gives for each. Any number of calls may be
   * open at once; a call is cut into pieces of some tens of kilobytes, so one large call keeps every thread at work too.
   * @throws TokenizerError LoneSurrogate, with `text` (which of them, the first) and `index`; Error where no thread is left
   */
  encode(texts: readonly string[]): Promise<EncodedTexts>;
  /** Ends the threads; calls that are open are rejected. */
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
/**
 * Code units of one message, or one text. Encoding that many takes 1 to 3 ms: long against the handing over (2 to 5 % of
 * it), short against what a thread waits for when the others still have their last piece.
 */
const PIECE = 1 << 16;

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
    let reason = ended();
    worker.on('error', (error) => {
      reason = error as Error;
    });
    worker.on('exit', () => {
      const lost = given.get(worker)!;
      given.delete(worker);
      if (given.size === 0) lost.push(...waiting.splice(0));
      for (const task of lost) task.reject(reason);
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

  const encodePiece = (texts: readonly string[]) =>
    new Promise<EncodedTexts>((resolve, reject) => {
      if (given.size === 0) return reject(ended());
      waiting.push({ texts, resolve, reject });
      next();
    });

  return {
    async encode(texts) {
      const starts = pieceStarts(texts);
      const pieces = starts.map((start, i) => encodePiece(texts.slice(start, starts[i + 1])));
      const done = await Promise.allSettled(pieces);
      return joined(
        done.map((piece, i) => {
          if (piece.status === 'fulfilled') return piece.value;
          throw inCall(piece.reason, starts[i]);
        }),
      );
    },
    async close() {
      await Promise.all([...given.keys()].map((worker) => worker.terminate()));
    },
  };
}

const ended = () => new Error('the threads of the tokenizer have ended');

/** Which text each piece of a call begins with; an empty call is one empty piece. */
function pieceStarts(texts: readonly string[]): number[] {
  const starts = [0];
  let units = 0;
  for (let i = 0; i < texts.length; i++) {
    if (units > 0 && units + texts[i].length > PIECE) {
      starts.push(i);
      units = 0;
    }
    units += texts[i].length;
  }
  return starts;
}

function joined(pieces: readonly EncodedTexts[]): EncodedTexts {
  if (pieces.length === 1) return pieces[0];
  const ids = new Int32Array(pieces.reduce((sum, piece) => sum + piece.ids.length, 0));
  const ends = new Int32Array(pieces.reduce((sum, piece) => sum + piece.ends.length, 0));
  let [text, at] = [0, 0];
  for (const piece of pieces) {
    ids.set(piece.ids, at);
    for (const end of piece.ends) ends[text++] = at + end;
    at += piece.ids.length;
  }
  return { ids, ends };
}

/** An error of a piece, whose texts are counted from `start`, as one of the call. */
function inCall(error: unknown, start: number): unknown {
  if (!(error instanceof TokenizerError)) return error;
  const { text = 0, ...params } = error.params;
  const number = start + Number(text);
  return new TokenizerError(error.code, { ...params, text: number }, `${error.message} of text ${number}`);
}
