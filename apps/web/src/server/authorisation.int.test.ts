import { type Actor, logHead } from '@tsudoi/hub';
import { commandDefinition, Rejection } from '@tsudoi/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorld, columns, type World } from '../testing/authorisation-world.ts';
import { openPortal, type Portal } from '../testing/portal.ts';
import { sampleInput } from '../testing/sample-input.ts';
import { type Declared, declaredProcedures } from './http/routes.ts';

/**
 * Asks every procedure as everybody about things of one working group and compares what came out with the table in
 * docs/security, which people review. `vitest run FILE -u` writes the table anew; its difference is what changed for whom.
 */
let portal: Portal;
let world: World;
const procedures = declaredProcedures();

beforeAll(async () => {
  portal = await openPortal();
  world = await buildWorld(portal);
});
afterAll(() => portal.close());

type Call = (input: unknown) => Promise<unknown>;

/** How a call ends: `done`, or the code of the refusal. Anything else is a defect and fails the test. */
async function outcomeOf(procedure: Declared, actor: Actor | null, pinned: boolean): Promise<string> {
  const { createCaller } = await import('./router.ts');
  const context = { actor, locale: 'en' as const, after: null, traceparent: null, host: '127.0.0.1' };
  const [group = '', name = ''] = procedure.name.split('.');
  const caller = createCaller(context) as unknown as Record<string, Record<string, Call>>;
  const pin = pinned && procedure.command ? { expectedVersion: 999_999 } : {};
  const input = sampleInput(procedure, world.known);
  try {
    await caller[group]![name]!(input && { ...input, ...pin });
    return 'done';
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    if (cause instanceof Rejection) return cause.code;
    throw new Error(`${procedure.name} broke`, { cause: error });
  }
}

const refusals: Record<string, string> = {
  'auth.sign-in-needed': '401',
  'auth.not-permitted': '·',
  'auth.not-permitted-here': '○',
};

interface Row {
  procedure: Declared;
  cells: string[];
  scopes: string[];
  stranger: string;
}

/** Commands are sent as of a version that no stream has: whoever may send them learns of the conflict, and nothing is written. */
async function rowOf(procedure: Declared): Promise<Omit<Row, 'stranger'>> {
  const cells = await Promise.all(
    world.actors.map(async ({ actor }) => refusals[await outcomeOf(procedure, actor, true)] ?? '●'),
  );
  const scopes = await Promise.all(
    world.tokens.map(async ({ scope, actor }) => [scope, await outcomeOf(procedure, actor, true)] as const),
  );
  return {
    procedure,
    cells,
    scopes: scopes.filter(([, code]) => !(code in refusals)).map(([scope]) => scope),
  };
}

const rows: Omit<Row, 'stranger'>[] = [];

test('asking changes nothing: a command as of a wrong version writes no event, whoever sends it', async () => {
  const before = await logHead(portal.hub.sql);
  for (const procedure of procedures) rows.push(await rowOf(procedure));
  const written = await portal.hub.sql`select type from event where position > ${before.position}`;
  expect([...written]).toEqual([]);
});

test('what is not public is refused to whoever is not signed in, and to every token without its scope', () => {
  const guarded = rows.filter(({ procedure }) => procedure.permission !== 'public.read');
  expect(guarded.length).toBeGreaterThan(50);
  for (const { procedure, cells, scopes } of guarded) {
    expect([procedure.name, cells[0]]).toEqual([procedure.name, '401']);
    expect([procedure.name, scopes.filter((scope) => scope !== procedure.permission)]).toEqual([
      procedure.name,
      [],
    ]);
  }
});

test('who may call what is as the reviewed table says', async () => {
  const whole: Row[] = [];
  for (const row of rows) {
    const { kind } = row.procedure;
    // Last, because what a stranger may really do is done here.
    const stranger = kind === 'query' ? '' : await outcomeOf(row.procedure, await world.stranger(), false);
    whole.push({ ...row, stranger });
  }
  await expect(tableOf(whole)).toMatchFileSnapshot('../../../../docs/security/authorisation.md');
});

test('a role that is taken away counts no more from the very next call', async () => {
  const personId = await portal.person('一時', ['lead']);
  const actor = { kind: 'person' as const, personId };
  const open = procedures.find(({ name }) => name === 'annotations.open')!;
  expect(await outcomeOf(open, actor, true)).toBe('stream.conflict');
  await portal.system({ type: 'person.revokeRole', data: { personId, role: 'lead', groupId: null } });
  expect(await outcomeOf(open, actor, true)).toBe('auth.not-permitted');
});

function tableOf(rows: Row[]): string {
  const heads = [
    'procedure',
    'permission',
    'scope',
    ...columns.map(([name]) => name),
    'tokens',
    'a stranger',
  ];
  const lines = rows.map(({ procedure, cells, scopes, stranger }) => {
    const { name, permission, command } = procedure;
    const scope = command ? commandDefinition(command).scope : procedure.within === 'any' ? 'any' : 'hub';
    const tokens = scopes.length === world.tokens.length ? 'all' : scopes.join(', ');
    return `| ${[name, permission, permission === 'public.read' ? '' : scope, ...cells, tokens, stranger].join(' | ')} |`;
  });
  return `${preface}| ${heads.join(' | ')} |\n|${heads.map(() => '---').join('|')}|\n${lines.join('\n')}\n`;
}

const preface = `# Who may do what

Written by \`apps/web/src/server/authorisation.int.test.ts\`, which asks each procedure of the router as each of these actors on a
real database and fails when the answer differs from this table or a procedure has no row. To change the table, change
the code, run \`npx vitest run apps/web/src/server/authorisation.int.test.ts -u\`, and have the difference reviewed.

What is asked about (source, annotation set, item, run, job, release, credit, webhook, subscription, token) belongs to
working group A and to one of its leads. A role followed by A or B is held in that group alone, otherwise for the whole hub,
and nobody in a column holds any other role.

- \`●\` authorisation passes (the state of the thing may still refuse it)
- \`·\` refused: the permission is not held
- \`○\` refused: the permission is held, but not where this belongs
- \`401\` refused: sign in first

**scope** says where the permission must be held: in the whole hub, in the group the thing belongs to, or anywhere because
the decision looks only at what is the sender's own. **tokens** are the scopes with which a token of somebody who holds
every role may do it. **a stranger** is what a contributor outside the group, who owns none of it, is answered when the change
is really asked for: a refusal by its code, or \`done\` where everybody may (propose, join, offer an item) or only the stranger's own
is touched.

`;
