import { join } from 'node:path';
import { execute, type Hub, logHead } from '@tsudoi/hub';
import { newPerson, system } from '@tsudoi/hub/testing';
import { postgresHome } from '../../servers/postgres.ts';
import type { Fault } from '../fault.ts';
import { lostOrDoubled, whatIsWrong } from '../invariants.ts';
import { type Stage, until } from '../stage.ts';
import { fillDisk, moveToSmallDisk, unmount } from './small-disk.ts';

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
    const skipped = await moveDatabase(stage);
    if (skipped) return { problem: null, seen: '', skipped };
    const data = join(postgresHome(stage.dir), 'postgres');
    try {
      const hub = stage.hub({ owner: true });
      stage.startRoles('publisher', 'projector');
      await newPerson(hub);
      const free = fillDisk(data, 64 * 1024);
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
      free();
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
      unmount(data);
    }
  },
};

/** Puts the data of PostgreSQL on a disk with 24 MB to spare. @returns why that is not possible here, or null */
async function moveDatabase(stage: Stage): Promise<string | null> {
  await stage.killPostgres();
  const skipped = moveToSmallDisk(join(postgresHome(stage.dir), 'postgres'), 24);
  await stage.startPostgres();
  return skipped;
}
