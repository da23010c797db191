import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, type Hub, logHead } from '@tsudoi/hub';
import { newPerson, system } from '@tsudoi/hub/testing';
import { postgresHome } from '../../servers/postgres.ts';
import type { Fault } from '../fault.ts';
import { lostOrDoubled, whatIsWrong } from '../invariants.ts';
import { type Stage, until } from '../stage.ts';

interface Sent {
  commandId: string;
  groupId: string;
  n: number;
}

const send = (hub: Hub, { commandId, groupId, n }: Sent) =>
  execute(
    hub,
    {
      type: 'group.create',
      data: { groupId, slug: `full-${n}`, nameJa: `満杯 ${n}`, nameEn: `Full ${n}` },
    },
    { actor: system, commandId },
  );

export const diskFull: Fault = {
  name: 'disk-full',
  fault: 'the disk of PostgreSQL is full (a tmpfs of its own), and has room again later',
  invariant:
    'commands fail and are not acknowledged; once there is room, every acknowledged command is there once, nothing has to be edited, and those that failed go through under their ids',
  async run(stage) {
    const skipped = await moveToSmallDisk(stage);
    if (skipped) return { problem: null, seen: '', skipped };
    const data = join(postgresHome(stage.dir), 'postgres');
    try {
      const hub = stage.hub({ owner: true });
      stage.startRoles('publisher', 'projector');
      await newPerson(hub);
      const ballast = join(data, 'ballast');
      const { bavail, bsize } = statfsSync(data);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - 64 * 1024));
      const [acknowledged, failed] = [new Map<string, number>(), [] as Sent[]];
      const reasons = new Set<string>();
      for (let n = 0; n < 3000 && failed.length < 5; n++) {
        const sent = { commandId: crypto.randomUUID(), groupId: crypto.randomUUID(), n };
        await send(hub, sent).then(
          ({ position }) => acknowledged.set(sent.commandId, position),
          (error: Error) => {
            failed.push(sent);
            reasons.add(error.message.slice(0, 80));
          },
        );
      }
      rmSync(ballast);
      let restarted = false;
      await until('PostgreSQL answers again', 30, async () => {
        const head = await logHead(hub.sql).catch(() => null);
        if (head) return true;
        await stage.killPostgres(); // it may have given up, which it does when not even its own log has room
        await stage.startPostgres();
        restarted = true;
        return false;
      });
      for (const sent of failed) acknowledged.set(sent.commandId, (await send(hub, sent)).position);
      const problem = failed.length === 0 ? 'nothing failed: the disk was not full' : null;
      const seen = `${acknowledged.size - failed.length} acknowledged, then ${failed.length} failed (${[...reasons].join('; ')})${restarted ? '; PostgreSQL was started again' : ''}; all passed afterwards`;
      return {
        problem: problem ?? (await lostOrDoubled(hub, acknowledged)) ?? (await whatIsWrong(stage, hub, 60)),
        seen,
      };
    } finally {
      await stage.killPostgres();
      execFileSync('umount', ['--lazy', data]);
    }
  },
};

/** Puts the data of PostgreSQL on a tmpfs with 24 MB to spare. @returns why that is not possible here, or null */
async function moveToSmallDisk(stage: Stage): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'a small disk is mounted for it, which takes root';
  const data = join(postgresHome(stage.dir), 'postgres');
  await stage.killPostgres();
  const [before] = execFileSync('du', ['-sm', data], { encoding: 'utf8' }).split('\t');
  renameSync(data, `${data}.moved`);
  mkdirSync(data);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${Number(before) + 24}m`, 'tmpfs', data], {
      stdio: 'pipe',
    });
  } catch (error) {
    rmSync(data, { recursive: true });
    renameSync(`${data}.moved`, data);
    await stage.startPostgres();
    return `a small disk cannot be mounted here: ${(error as Error).message.split('\n').at(-1)}`;
  }
  execFileSync('cp', ['-a', `${data}.moved/.`, data]);
  rmSync(`${data}.moved`, { recursive: true });
  await stage.startPostgres();
  return null;
}
