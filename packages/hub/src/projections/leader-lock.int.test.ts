import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { LeaderLock } from './leader-lock.ts';

let test_: TestHub;
beforeAll(async () => {
  test_ = await createTestHub();
});
afterAll(() => test_.drop());

test('one session holds a lock; another gets it when that one gives it up', async () => {
  const [first, second] = [1, 2].map(() => new LeaderLock(test_.hub.sql, 5));
  expect([await first.tryAcquire(), await second.tryAcquire()]).toEqual([true, false]);
  await first.close();
  await vi.waitFor(async () => expect(await second.tryAcquire()).toBe(true), 5000);
  expect(await second.isHeld()).toBe(true);
  await second.close();
});

test('a leader whose session is cut while it asks, again and again, always leads again', async () => {
  const { sql } = test_.hub;
  for (let key = 100; key < 115; key++) {
    const lock = new LeaderLock(sql, key);
    let held = 0;
    let over = false;
    const leading = (async () => {
      while (!over) {
        try {
          if (await lock.tryAcquire()) while (!over && (await lock.isHeld())) held++;
        } catch {} // the session was cut: it takes the lock anew
      }
    })();
    for (let cuts = 0; cuts < 5; ) {
      const cut = await sql`
        select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = ${key}`;
      cuts += cut.length;
    }
    const before = held;
    await vi.waitFor(() => expect(held).toBeGreaterThan(before + 1), { timeout: 5000, interval: 5 });
    over = true;
    await leading;
    await lock.close();
  }
});
