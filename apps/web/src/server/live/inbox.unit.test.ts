import { describe, expect, test } from 'vitest';
import { Inbox } from './inbox.ts';

const open = () => new AbortController().signal;

describe('inbox of one live reader', () => {
  test('a waiting reader gets what arrives, in order', async () => {
    const inbox = new Inbox<number>(10);
    const first = inbox.next(1000, open());
    inbox.push(1);
    inbox.push(2);
    expect([await first, await inbox.next(1000, open())]).toEqual([1, 2]);
  });
  test('a reader that is too slow keeps the newest entries', async () => {
    const inbox = new Inbox<number>(2);
    for (const item of [1, 2, 3]) inbox.push(item);
    expect([await inbox.next(0, open()), await inbox.next(0, open())]).toEqual([2, 3]);
  });
  test('silence and a closed page both answer null', async () => {
    const inbox = new Inbox<number>(2);
    expect(await inbox.next(1, open())).toBeNull();
    const page = new AbortController();
    const waiting = inbox.next(60_000, page.signal);
    page.abort();
    expect(await waiting).toBeNull();
  });
});
