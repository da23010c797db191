import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createObjectStore, type Hub, logHead, type PublishedLog, profileOf, verifyChain } from '@tsudoi/hub';
import { completedJob, draftedJob, newPerson, send } from '@tsudoi/hub/testing';
import { type BackupReport, backUp } from '../../backup/back-up.ts';
import { checkBackup } from '../../backup/check.ts';
import { BackupFolder } from '../../backup/folder.ts';
import { restore } from '../../backup/restore.ts';
import { checkoutRoot } from '../../paths.ts';
import { baseEnvironment, type Child, startChild } from '../../servers/child.ts';
import type { Fault } from '../fault.ts';
import { whatIsWrong } from '../invariants.ts';
import { kill, Stage, until } from '../stage.ts';

const restoredElsewhere: Fault = {
  name: 'backup-restored',
  fault: 'an older backup is restored into fresh servers, after somebody was erased',
  invariant:
    'the log ends where the backup did, every read model equals a fold of it, NATS is filled from it, the erased person stays erased; a backup older than what NATS has seen is refused',
  async run(stage) {
    const hub = stage.hub({ owner: true });
    const dir = join(stage.dir, 'backup');
    stage.startRoles('publisher');
    const [stays, goes] = [await newPerson(hub), await newPerson(hub)];
    await artifact(stage, hub, 'ten bytes!');
    const older = await backUp({ hub, store: storeOf(stage, hub), dir });
    await send(hub, goes, { type: 'person.erase', data: { personId: goes.personId } });
    await backUp({ hub, store: storeOf(stage, hub), dir });
    const { position } = await logHead(hub.sql);
    await until(
      `NATS at ${position}`,
      20,
      async () => (await publishedOf(stage).lastSequence()) === position,
    );

    return onFreshServers(async (fresh) => {
      const target = fresh.hub({ owner: true });
      const settings = { hub: target, store: storeOf(fresh, target), dir, snapshot: older.snapshot };
      const refusal = await restore({ ...settings, published: publishedOf(stage) }).then(
        () => 'it was not refused',
        (error: Error) => error.message,
      );
      if (!refusal.includes(`NATS has seen position ${position}`))
        return {
          problem: `the old NATS was kept, and: ${refusal}`,
          seen: 'the backup is older than what NATS has seen',
        };
      const report = await restore({ ...settings, published: publishedOf(fresh) });
      fresh.startRoles('publisher', 'projector');
      const problem = await whatIsWrong(fresh, target);
      const [erased, kept] = [
        await profileOf(target, goes.personId),
        await profileOf(target, stays.personId),
      ];
      const seen = `position ${report.position} of ${older.position}, ${report.erasedAgain} erased again, ${report.objectsPut} objects; the older NATS was refused`;
      if (erased !== null) return { problem: 'the erased person can be read again', seen };
      if (kept === null) return { problem: 'somebody who was not erased cannot be read', seen };
      return { problem, seen };
    });
  },
};

const backupKilled: Fault = {
  name: 'backup-killed',
  fault: 'kill -9 of a running backup at many moments, while people write',
  invariant: 'every backup that shows in the folder is whole to the last byte, and the next one goes through',
  async run(stage, progress) {
    const hub = stage.hub({ owner: true });
    const dir = join(stage.dir, 'backup');
    for (let i = 0; i < 40; i++) await keep(stage, hub, `object ${i}`);
    const folder = new BackupFolder(dir);
    let [kills, finished] = [0, 1];
    const whole = await timed(cli(stage, stage.ownerUrl, 'backup', dir));
    for (let n = 0; n < 8; n++) {
      await keep(stage, hub, `later object ${n}`);
      const process_ = cli(stage, stage.ownerUrl, 'backup', dir);
      const ended = await endedWithin(process_, whole * (0.3 + 0.1 * n));
      await kill(process_);
      if (ended) finished++;
      else kills++;
      await newPerson(hub);
      progress(`${kills} killed, ${finished} finished`);
      for (const snapshot of await folder.snapshots()) {
        const { problems } = await checkBackup(folder, snapshot, hub.personalKey!);
        // A backup that was killed between its keys and its name leaves newer keys, which fit older snapshots.
        if (problems.length > 0) return { problem: `${snapshot}: ${problems[0]}`, seen: `${kills} kills` };
      }
    }
    const last: BackupReport = await backUp({ hub, store: storeOf(stage, hub), dir });
    const { problems } = await checkBackup(folder, last.snapshot, hub.personalKey!);
    const count = (await folder.snapshots()).length;
    const seen = `${kills} kills, ${finished} finished; ${count} backups in the folder, all whole; ${last.objects.count} objects`;
    return { problem: problems[0] ?? (kills === 0 ? 'no kill struck a running backup' : null), seen };
  },
};

const restoreKilled: Fault = {
  name: 'restore-killed',
  fault: 'kill -9 of a running restore at many moments, and then it is called again',
  invariant:
    'the database holds either nothing or the whole log; the last call finishes and everything holds',
  async run(stage, progress) {
    const hub = stage.hub({ owner: true });
    const dir = join(stage.dir, 'backup');
    for (let i = 0; i < 40; i++) await keep(stage, hub, `object ${i}`);
    for (let i = 0; i < 10; i++) await newPerson(hub);
    const whole = await timed(cli(stage, stage.ownerUrl, 'backup', dir));
    const { position } = await logHead(hub.sql);
    return onFreshServers(async (fresh) => {
      const target = fresh.hub({ owner: true });
      const found = new Set<number>();
      let [kills, finished] = [0, false];
      for (let n = 0; !finished && kills < 10; n++) {
        const process_ = cli(fresh, fresh.ownerUrl, 'restore', dir);
        finished = await endedWithin(process_, whole * (0.4 + 0.25 * n));
        await kill(process_);
        if (!finished) kills++;
        const at = (await logHead(target.sql)).position;
        found.add(at);
        progress(`${kills} killed, the log is at ${at}`);
        if (at !== 0 && at !== position)
          return { problem: `the log is at ${at} of ${position}`, seen: `${kills} kills` };
      }
      if (!finished) await cli(fresh, fresh.ownerUrl, 'restore', dir).ended;
      const chain = await verifyChain(target.sql);
      fresh.startRoles('publisher', 'projector');
      const problem = chain.problem ?? (await whatIsWrong(fresh, target));
      const seen = `${kills} kills; the log was seen at ${[...found].join(' and ')}, in the end at ${chain.events} of ${position}`;
      return { problem: problem ?? (chain.events === position ? null : 'the log is not whole'), seen };
    });
  },
};

export const backupFaults: readonly Fault[] = [restoredElsewhere, backupKilled, restoreKilled];

async function onFreshServers<T>(work: (fresh: Stage) => Promise<T>): Promise<T> {
  const fresh = await Stage.open();
  try {
    return await work(fresh);
  } finally {
    await fresh.close();
  }
}

function storeOf(stage: Stage, hub: Hub) {
  const settings = { OBJECT_STORE: 'filesystem' as const, S3_BUCKET: 'unused', HUB_SECRET: 'x'.repeat(32) };
  return createObjectStore({ ...settings, OBJECT_DIR: join(stage.dir, 'objects') }, hub.sql);
}

/** @returns the hash of the text, whose bytes are in the store now */
async function keep(stage: Stage, hub: Hub, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await storeOf(stage, hub).put(sha256, bytes.length, 'application/gzip', Readable.from([bytes]));
  return sha256;
}

/** An artifact of ten bytes, as the samples of the hub's tests describe them. */
async function artifact(stage: Stage, hub: Hub, tenBytes: string): Promise<void> {
  const sha256 = await keep(stage, hub, tenBytes);
  await completedJob(hub, await draftedJob(hub), 'documents', sha256);
}

function publishedOf(stage: Stage): PublishedLog {
  return {
    lastSequence: async () => (await stage.published((copy) => copy.lastSequence())) ?? 0,
    envelope: (sequence) => stage.published((copy) => copy.envelope(sequence)),
  };
}

/** `./tsudoi backup` or `restore` of these servers, as a person calls it. */
function cli(stage: Stage, databaseUrl: string, command: string, dir: string): Child {
  return startChild({
    name: command,
    command: process.execPath,
    args: [join(checkoutRoot, 'infra/src/cli.ts'), command, dir, '--dir', join(stage.dir, 'instance')],
    env: {
      ...baseEnvironment(),
      ...stage.environment(),
      DATABASE_URL: databaseUrl,
      OBJECT_DIR: join(stage.dir, 'objects'),
    },
    cwd: checkoutRoot,
    logFile: join(stage.dir, `${command}.log`),
  });
}

/** @returns how many milliseconds a call takes that nothing disturbs. @throws Error when it fails */
async function timed(child: Child): Promise<number> {
  const started = performance.now();
  const ended = await child.ended;
  if (ended !== 'exit code 0') throw new Error(`${child.name} by itself: ${ended}`);
  return performance.now() - started;
}

async function endedWithin(child: Child, ms: number): Promise<boolean> {
  const still = Symbol('still running');
  return (await Promise.race([child.ended, delay(ms, still)])) !== still;
}
