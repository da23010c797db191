import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticateToken } from '../access/authenticate-token.ts';
import { permissionsOf, requirePermission } from '../access/permissions.ts';
import { execute } from '../command/execute.ts';
import type { Hub } from '../hub.ts';
import { readStream } from '../log/read-log.ts';
import { uuidV7 } from '../log/uuid-v7.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { newNode, newPerson, send, system } from '../testing/scenario.ts';
import { personForIdentity } from './person-for-identity.ts';
import { createSession, endSession, findSession } from './sessions.ts';

let testHub: TestHub;
let hub: Hub;
beforeAll(async () => {
  testHub = await createTestHub();
  hub = testHub.hub;
});
afterAll(() => testHub.drop());

describe('signing in', () => {
  const identity = { provider: 'oidc', subject: 'abc', displayName: '山田 太郎' };

  test('five first sign-ins at once give one person, who is a contributor', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => personForIdentity(hub, identity)));
    expect(new Set(people).size).toBe(1);
    const { events } = await readStream(hub.sql, 'person', people[0]);
    expect(events.map(({ type }) => type)).toEqual(['PersonJoined', 'RoleGranted']);
    expect(await personForIdentity(hub, identity)).toBe(people[0]);
  });

  test('a name that the provider writes in a way that cannot be stored keeps nobody out', async () => {
    const odd = { ...identity, subject: 'odd', displayName: `\0${'長'.repeat(78)}😀` };
    const personId = await personForIdentity(hub, odd);
    const [profile] = await hub.sql`select display_name from profile where person_id = ${personId}`;
    expect(profile.display_name).toMatch(/^長{78}/);
  });

  test('a sign-in that was cut off before the person joined is finished by the next', async () => {
    const personId = uuidV7();
    await hub.sql`insert into identity (provider, subject, person_id) values ('oidc', 'cut', ${personId})`;
    expect(await personForIdentity(hub, { ...identity, subject: 'cut' })).toBe(personId);
    expect((await readStream(hub.sql, 'person', personId)).version).toBe(2);
  });

  test('the name goes to the profile and never into the log', async () => {
    const personId = await personForIdentity(hub, identity);
    const [profile] = await hub.sql`select display_name from profile where person_id = ${personId}`;
    expect(profile.display_name).toBe('山田 太郎');
    const found = await hub.sql`
      select 1 from event where data::text like '%山田%' or meta::text like '%山田%'
      union all select 1 from command_receipt where result::text like '%山田%'`;
    expect(found).toHaveLength(0);
  });
});

describe('sessions', () => {
  test('are found by their secret until they end, and the database holds no secret', async () => {
    const { personId } = await newPerson(hub);
    const { secret, expiresAt } = await createSession(hub, { personId, userAgent: 'test' });
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(13.9 * 86_400_000);
    expect(await findSession(hub, secret)).toEqual({ personId });
    expect(await findSession(hub, `${secret}x`)).toBeNull();
    const stored = await hub.sql`select 1 from session where session::text like ${`%${secret}%`}`;
    expect(stored).toHaveLength(0);
    await endSession(hub, secret);
    expect(await findSession(hub, secret)).toBeNull();
  });

  test('slide: use moves the end to 14 days from now; an expired one stays dead', async () => {
    const { personId } = await newPerson(hub);
    const { secret } = await createSession(hub, { personId, userAgent: 'test' });
    await hub.sql`update session set expires_at = now() + interval '1 day' where person_id = ${personId}`;
    await findSession(hub, secret);
    const [{ left }] = await hub.sql`
      select extract(epoch from expires_at - now())::float8 as left from session where person_id = ${personId}`;
    expect(left).toBeGreaterThan(13.9 * 86_400);
    await hub.sql`update session set expires_at = now() where person_id = ${personId}`;
    expect(await findSession(hub, secret)).toBeNull();
  });
});

describe('tokens', () => {
  test('are known by their secret, which is answered once and stored nowhere', async () => {
    const person = await newPerson(hub);
    const data = { tokenId: uuidV7(), label: 'my node', scopes: ['node.work' as const] };
    const envelope = { actor: person, commandId: uuidV7() };
    const first = await execute(hub, { type: 'person.issueToken', data }, envelope);
    const { secret } = first.result as { secret: string };
    expect(await authenticateToken(hub, secret)).toMatchObject({
      tokenId: data.tokenId,
      scopes: ['node.work'],
    });
    const again = await execute(hub, { type: 'person.issueToken', data }, envelope);
    expect(again).toEqual({ position: first.position, result: { secret: null } });
    const found = await hub.sql`
      select 1 from event where data::text like ${`%${secret}%`}
      union all select 1 from command_receipt where result::text like ${`%${secret}%`}`;
    expect(found).toHaveLength(0);
  });

  test('a wrong one and a revoked one are told apart', async () => {
    await expect(authenticateToken(hub, 'tsudoi_node_nonsense')).rejects.toMatchObject({
      code: 'auth.token-unknown',
    });
    const person = await newPerson(hub);
    const tokenId = uuidV7();
    const issue = { tokenId, label: 'x', scopes: ['node.work' as const] };
    const { result } = await send(hub, person, { type: 'person.issueToken', data: issue });
    await send(hub, person, { type: 'person.revokeToken', data: { tokenId } });
    await expect(authenticateToken(hub, (result as { secret: string }).secret)).rejects.toMatchObject({
      code: 'auth.token-revoked',
      params: { at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
    });
  });

  test('carry their scopes and no more', async () => {
    const node = await newNode(hub, ['node.work']);
    expect([...(await permissionsOf(hub, node))]).toEqual(['node.work']);
    await expect(requirePermission(hub, node, 'source.propose')).rejects.toMatchObject({
      code: 'auth.not-permitted',
    });
  });
});

test('roles and working groups: each name once, members only of what exists', async () => {
  const admin = await newPerson(hub, 'admin');
  const [groupId, { personId }] = [uuidV7(), await newPerson(hub)];
  const create = (id: string) => ({
    type: 'group.create' as const,
    data: { groupId: id, slug: 'corpus', nameJa: 'コーパス', nameEn: 'Corpus' },
  });
  await send(hub, admin, create(groupId));
  await expect(send(hub, admin, create(uuidV7()))).rejects.toMatchObject({ code: 'group.slug-taken' });
  await send(hub, admin, { type: 'group.addMember', data: { groupId, personId } });
  const membership = await hub.sql`select 1 from membership where group_id = ${groupId}`;
  expect(membership).toHaveLength(1);
  const grant = { personId, role: 'reviewer' as const, groupId: uuidV7() };
  await expect(send(hub, system, { type: 'person.grantRole', data: grant })).rejects.toMatchObject({
    code: 'group.unknown',
  });
  await send(hub, admin, { type: 'person.grantRole', data: { ...grant, groupId } });
  expect(await permissionsOf(hub, { kind: 'person', personId })).toContain('source.review');
});
