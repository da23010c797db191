import type { Cursor, Hub, LogWindow, PublicEvent } from '@tsudoi/hub';
import { expect, test } from 'vitest';
import { patient } from './back-off.ts';
import { deliver } from './deliver.ts';

/** A log of `length` events that the webhook is not about. */
function logOf(length: number): LogWindow {
  const event = (position: number) => ({
    envelope: { position, streamType: 'job', type: 'JobQueued' },
    group: null,
  });
  const after = async (position: number) =>
    Array.from({ length: Math.min(200, length - position) }, (_, i) =>
      event(position + 1 + i),
    ) as PublicEvent[];
  return { after } as unknown as LogWindow;
}

test('an endpoint that must look through a long log keeps its place on the way, well before its time is over', async () => {
  const webhook = { webhookId: 'w', url: 'https://example.org', group: null, topics: ['release'] };
  const kept: number[] = [];
  const sql = async (_: TemplateStringsArray, ...values: number[]) => void kept.push(values[1]); // letGo alone
  const hub = { sql } as unknown as Hub;
  const window = logOf(1_000_000);
  const settings = { allowLoopback: false, backOff: patient };
  let cursor: Cursor = { webhookId: 'w', position: 0, failures: 0 };
  while (cursor.position < 1_000_000) {
    await deliver(hub, window, { webhook, cursor, signal: new AbortController().signal }, settings);
    const position = kept.at(-1)!;
    expect(position - cursor.position).toBeGreaterThan(0);
    expect(position - cursor.position).toBeLessThanOrEqual(50_000);
    cursor = { ...cursor, position };
  }
});
