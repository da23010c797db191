import { type Actor, execute, openHub } from '@tsudoi/hub';
import { migrate } from '@tsudoi/hub/migrate';
import { letRuntimeRoleSignIn } from '@tsudoi/hub/runtime-role';
import { type Command, deterministicId, Rejection } from '@tsudoi/schema';
import type { Instance } from './instance.ts';
import { groups, personas } from './people.ts';
import { runtimePassword } from './runtime-database.ts';

/**
 * Brings the schema up to date and makes sure that the local groups, personas and one worker token are there. Command
 * ids are fixed, so that every later start finds its own receipts and changes nothing.
 */
export async function seedLocalHub(databaseUrl: string, instance: Instance): Promise<void> {
  const { personalData: personalKey } = instance.secrets();
  const hub = openHub({ databaseUrl, leaseSeconds: 90, poolSize: 2, personalKey });
  try {
    await migrate(hub.sql);
    if (!process.env.DATABASE_URL) await letRuntimeRoleSignIn(hub.sql, runtimePassword(instance));
    const launcher: Actor = { kind: 'system', name: 'launcher' };
    const send = (actor: Actor, command: Command, ...key: unknown[]) =>
      execute(hub, command, { actor, commandId: deterministicId('seed', command, ...key) });

    for (const group of Object.values(groups))
      await send(launcher, { type: 'group.create', data: { ...group } });
    for (const { personId, displayName, roles } of Object.values(personas)) {
      const joined = { personId, displayName, opennessAgreed: true };
      await send(launcher, { type: 'person.join', data: joined }).catch(unlessErased);
      for (const { group, role } of roles) {
        const groupId = group && groups[group].groupId;
        if (groupId) await send(launcher, { type: 'group.addMember', data: { groupId, personId } });
        await send(launcher, { type: 'person.grantRole', data: { personId, role, groupId } });
      }
    }

    const secrets = instance.secrets();
    if (secrets.workerToken) return;
    const owner: Actor = { kind: 'person', personId: personas.maria.personId };
    const tokenId = crypto.randomUUID();
    const { result } = await send(owner, {
      type: 'person.issueToken',
      data: { tokenId, label: 'local workers', scopes: ['node.work', 'telemetry.write'] },
    });
    instance.saveSecrets({ ...secrets, workerToken: (result as { secret: string }).secret });
  } finally {
    await hub.close();
  }
}

/** Of somebody who was erased no receipt can tell any more that the name is the same as then; they did join. */
function unlessErased(error: unknown): void {
  if (!(error instanceof Rejection) || error.code !== 'command.id-reused') throw error;
}
