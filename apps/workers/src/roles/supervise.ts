import { describeError, type Log } from './log.ts';
import { pause } from './wake.ts';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** A role that ran this long before it crashed starts again with the first pause. */
const HEALTHY_AFTER = 60_000;

/**
 * Runs one role until `signal` is aborted. A crash stops that role alone: it is logged and the role starts again after
 * a pause that doubles with every crash in a row.
 */
export async function supervise(
  run: (signal: AbortSignal) => Promise<void>,
  { log, signal, firstPause = FIRST_PAUSE }: { log: Log; signal: AbortSignal; firstPause?: number },
): Promise<void> {
  let wait = firstPause;
  while (!signal.aborted) {
    const startedAt = performance.now();
    try {
      await run(signal);
      if (!signal.aborted) throw new Error('the role ended although nobody asked it to');
    } catch (error) {
      if (signal.aborted) break;
      if (performance.now() - startedAt > HEALTHY_AFTER) wait = firstPause;
      log.error('role crashed, it starts again', { error: describeError(error), againInMs: wait });
      await pause(wait, signal);
      wait = Math.min(wait * 2, LONGEST_PAUSE);
    }
  }
}
