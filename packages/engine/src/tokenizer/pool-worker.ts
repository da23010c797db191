// A thread of `createTokenizerPool`: texts in, ids out.
import { parentPort, workerData } from 'node:worker_threads';
import type { Dictionary } from './dictionary.ts';
import { Encoder } from './encoder.ts';
import { TokenizerError } from './errors.ts';
import type { PoolAnswer } from './pool.ts';

const encoder = new Encoder(workerData as Dictionary);

/** Room for the ids of one message, used again for the next. */
let room = new Int32Array(1 << 16);

function encodeAll(texts: readonly string[]): PoolAnswer {
  const most = texts.reduce((sum, text) => sum + text.length + 1, 0) * 3;
  if (most > room.length) room = new Int32Array(most);
  const ends = new Int32Array(texts.length);
  let end = 0;
  for (let i = 0; i < texts.length; i++) {
    try {
      end = encoder.encodeInto(texts[i], room, end);
    } catch (error) {
      if (!(error instanceof TokenizerError)) throw error;
      return { code: error.code, params: { ...error.params, text: i }, message: error.message };
    }
    ends[i] = end;
  }
  return { ids: room.slice(0, end), ends };
}

parentPort!.on('message', (texts: readonly string[]) => {
  const answer = encodeAll(texts);
  parentPort!.postMessage(
    answer,
    'ids' in answer ? ([answer.ids.buffer, answer.ends.buffer] as ArrayBuffer[]) : [],
  );
});
