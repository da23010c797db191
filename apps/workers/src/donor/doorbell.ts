import { describeError, type Log } from '../roles/log.ts';
import { pause, type Wake } from '../roles/wake.ts';
import { serverSentEvents } from './server-sent-events.ts';

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/**
 * Holds one GET to the hub open and rings `wake` whenever a job was queued. A broken line is opened again with growing
 * pauses, and after each opening it rings once, for what was missed meanwhile.
 */
export async function listenDoorbell(options: {
  hubUrl: string;
  token: string;
  wake: Wake;
  log: Log;
  signal: AbortSignal;
}): Promise<void> {
  const { hubUrl, token, wake, log, signal } = options;
  const url = new URL('/api/doorbell', hubUrl).href;
  let wait = FIRST_PAUSE;
  while (!signal.aborted) {
    try {
      const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
      const response = await fetch(url, { headers, signal });
      if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
      wake.ring();
      for await (const { event } of serverSentEvents(response.body)) {
        wait = FIRST_PAUSE;
        if (event === 'ring' || event === 'job') wake.ring();
      }
    } catch (error) {
      if (signal.aborted) return;
      log.warn('no doorbell, polling goes on', { error: describeError(error), againInMs: wait });
    }
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_PAUSE);
  }
}
