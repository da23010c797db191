import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createObjectStore, logHead } from '@tsudoi/hub';
import { newPerson } from '@tsudoi/hub/testing';
import type { Fault } from '../fault.ts';
import { whatIsWrong } from '../invariants.ts';
import { type Stage, until } from '../stage.ts';
import { fillDisk, moveToSmallDisk, unmount } from './small-disk.ts';

const natsDiskFull: Fault = {
  name: 'nats-disk-full',
  fault: 'the disk of NATS is full while commands come, and has room again later',
  invariant:
    'no command notices; the publisher goes on asking, and once there is room (NATS started again where it gave up) the copy is whole, in order and without gaps',
  async run(stage) {
    await stage.killNats();
    const store = join(stage.dir, 'nats');
    const skipped = moveToSmallDisk(store, 4);
    if (skipped) return { problem: null, seen: '', skipped };
    try {
      await stage.startNats();
      const hub = stage.hub({ owner: true });
      stage.startRoles('publisher', 'projector');
      for (let i = 0; i < 20; i++) await newPerson(hub);
      await copied(stage, (await logHead(hub.sql)).position);
      const free = fillDisk(store, 16 * 1024);
      for (let i = 0; i < 300; i++) await newPerson(hub);
      const { position } = await logHead(hub.sql);
      const [{ stuck }] = await hub.sql<{ stuck: number }[]>`
        select position as stuck from reactor where name = 'publisher'`;
      free();
      let restarted = false;
      await copied(stage, position, 5).catch(async () => {
        restarted = true; // JetStream switches itself off when it cannot write, until it is started again
        await stage.killNats();
        await stage.startNats();
        await copied(stage, position, 30);
      });
      const seen = `NATS stood at ${stuck} of ${position} while its disk was full${restarted ? '; nats-server was started again' : ''}`;
      const problem = stuck < position ? null : 'the copy went on: the disk was not full';
      return { problem: problem ?? (await whatIsWrong(stage, hub)), seen };
    } finally {
      await stage.killNats();
      unmount(store);
    }
  },
};

const objectsDiskFull: Fault = {
  name: 'objects-disk-full',
  fault: 'the disk of the object store (files) is full in the middle of an upload, and has room again later',
  invariant:
    'the upload fails with a clear error and leaves nothing behind, what was stored stays readable, commands go on, and the same upload passes once there is room',
  async run(stage) {
    const folder = join(stage.dir, 'objects');
    const skipped = moveToSmallDisk(folder, 8);
    if (skipped) return { problem: null, seen: '', skipped };
    try {
      const hub = stage.hub();
      const settings = { OBJECT_STORE: 'filesystem' as const, S3_BUCKET: '-', HUB_SECRET: 'x'.repeat(32) };
      const store = createObjectStore({ ...settings, OBJECT_DIR: folder }, hub.sql);
      const [kept, big] = [randomBytes(100_000), randomBytes(4 * 1024 * 1024)];
      const put = (bytes: Buffer) =>
        store.put(sha256Of(bytes), bytes.length, 'application/gzip', inChunks(bytes));
      await put(kept);
      const free = fillDisk(folder, 1024 * 1024);
      const failure = await put(big).then(
        () => null,
        (error: Error) => error.message,
      );
      const left = filesBelow(folder).filter((name) => name !== sha256Of(kept) && name !== 'ballast');
      const registered = await store.has(sha256Of(big));
      const readable = (await buffer(await store.get(sha256Of(kept)))).equals(kept);
      await newPerson(hub);
      free();
      await put(big);
      const whole = (await buffer(await store.get(sha256Of(big)))).equals(big);
      const seen = `the upload failed (${failure}), ${left.length} files left of it; the other object stayed ${readable ? '' : 'un'}readable; afterwards it passed`;
      const holds = failure !== null && left.length === 0 && !registered && readable && whole;
      return { problem: holds ? null : seen, seen };
    } finally {
      unmount(folder);
    }
  },
};

export const storeFaults: readonly Fault[] = [natsDiskFull, objectsDiskFull];

const copied = (stage: Stage, position: number, seconds = 20) =>
  until(`NATS at ${position}`, seconds, async () => {
    return (await stage.published((copy) => copy.lastSequence())) === position;
  });

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function inChunks(bytes: Buffer): Readable {
  const size = 64 * 1024;
  return Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    ),
  );
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}
