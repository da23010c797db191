import { randomUUID } from 'node:crypto';
import type { RunCard } from '@tsudoi/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCard } from '../../../../packages/hub/src/testing/samples.ts';
import { openPortal, type Portal } from '../testing/portal.ts';

let portal: Portal;
let lead: Record<string, string>;

beforeAll(async () => {
  portal = await openPortal();
  lead = await portal.signIn(await portal.person('Sato', ['contributor', 'lead']));
});
afterAll(() => portal.close());

const stored = { sha256: 'b'.repeat(64), size: 9, fileName: 'words.txt' };
const register = (corpus: RunCard['corpus'], language: string) => {
  const card = { ...runCard([randomUUID()]), corpus };
  const input = { runId: randomUUID(), groupId: null, card, supersedes: null, commandId: randomUUID() };
  return portal.call('mutation', 'runs.register', input, { ...lead, 'accept-language': language });
};

test('filters that the engine does not know are refused when a card is registered, in the language of whoever asks', async () => {
  const filter = { rules: [{ filter: 'magic', params: { min: 1 } }] };
  const { rejection } = await register({ ranks: 1, filter }, 'ja');
  expect(rejection).toMatchObject({ code: 'recipe.unknown-filter', params: { filter: 'magic' } });
  expect(rejection?.text).toMatch(/「magic」というフィルターはありません/);
  expect((await register({ ranks: 1, filter }, 'en')).rejection?.text).toMatch(/no filter called "magic"/);
});

test('so is a rule whose word list nobody names, and a parameter that its filter does not have', async () => {
  const rules = [{ filter: 'ng-words', params: { max: 0 }, list: 'of-our-group' }];
  expect((await register({ ranks: 1, filter: { rules } }, 'en')).rejection).toMatchObject({
    code: 'recipe.invalid',
    params: { field: 'rules.0.list' },
  });
  const named = { rules, lists: { 'of-our-group': stored } };
  expect((await register({ ranks: 1, filter: named }, 'en')).rejection?.code).toBe('object.missing');
  const strange = { rules: [{ filter: 'length', params: { colour: 3 } }] };
  expect((await register({ ranks: 1, filter: strange }, 'en')).rejection).toMatchObject({
    code: 'recipe.invalid',
    params: { field: 'rules.0.params.colour' },
  });
});

test('a test set that nobody uploaded is refused before the run exists; once it is there the sources are looked at', async () => {
  const decontaminate = { sets: [stored], words: 12, characters: 30 };
  const refused = await register({ ranks: 2, decontaminate }, 'en');
  expect(refused.rejection).toMatchObject({ code: 'object.missing', params: { sha256: stored.sha256 } });
  await portal.hub
    .sql`insert into object (sha256, size, media_type) values (${stored.sha256}, 9, 'text/plain')`;
  expect((await register({ ranks: 2, decontaminate }, 'en')).rejection?.code).toBe('source.unknown');
});
