import { expect, test } from 'vitest';
import type { Child } from './child.ts';
import { waitUntil } from './wait.ts';

const never = () => new Promise<boolean>(() => {});

test('a question that is never answered does not outlast the time that a server is given', async () => {
  await expect(waitUntil('the portal', null, 0.1, never)).rejects.toThrow(
    'the portal did not answer within 0.1 s',
  );
});

test('a server that ends while it is asked is not waited for', async () => {
  const ended = Promise.withResolvers<string>();
  let running = true;
  const child: Child = {
    name: 'portal',
    pid: 1,
    ended: ended.promise,
    running: () => running,
    stop: async () => {},
  };
  const ask = () => {
    running = false;
    ended.resolve('exit code 1');
    return never();
  };
  await expect(waitUntil('the portal', child, 60, ask)).rejects.toThrow(
    'stopped while starting (exit code 1)',
  );
});
