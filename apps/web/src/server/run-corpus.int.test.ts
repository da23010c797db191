import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
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

/** Puts a file into the store as an upload does, and answers how a card names it. */
async function upload(fileName: string, content: string | Buffer) {
  const bytes = Buffer.from(content);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { objectStore } = await import('./hub.ts');
  await objectStore().put(sha256, bytes.length, 'text/plain', Readable.from([bytes]));
  return { sha256, size: bytes.length, fileName };
}

test('a test set that nobody uploaded is refused before the run exists; once it is there the sources are looked at', async () => {
  const corpusOf = (set: typeof stored) => ({
    ranks: 2,
    decontaminate: { sets: [set], words: 12, characters: 30 },
  });
  const refused = await register(corpusOf(stored), 'en');
  expect(refused.rejection).toMatchObject({ code: 'object.missing', params: { sha256: stored.sha256 } });
  const item = { set: 'exam', id: 7, language: 'ja', query: '首都は?', label: '東京' };
  const there = await upload('exam.jsonl', `\ufeff${JSON.stringify(item)}\r\n\n${JSON.stringify(item)}`);
  expect((await register(corpusOf(there), 'en')).rejection?.code).toBe('source.unknown');
});

const good = '{"set":"exam","id":1,"language":"en","query":"q"}';
test.each([
  ['no-json.jsonl', `${good}\n\nquestion,answer\n`, 3, 'not JSON'],
  ['no-language.jsonl', `${good}\n{"set":"exam","id":2,"query":"q"}\n`, 2, 'language'],
  ['list.jsonl', `[${good}]\n`, 1, 'expected object'],
  ['sjis.jsonl', Buffer.concat([Buffer.from(`${good}\n"`), Buffer.from([0x93, 0x8c])]), 2, 'not UTF-8'],
  ['blank.jsonl', '\n\n', 2, 'no item'],
])(
  'a test set that cannot be used is refused with its file and line when the card is registered: %s',
  async (fileName, content, line, problem) => {
    const sets = [await upload('good.jsonl', good), await upload(fileName, content)];
    const { rejection } = await register(
      { ranks: 1, decontaminate: { sets, words: 12, characters: 30 } },
      'en',
    );
    expect(rejection).toMatchObject({ code: 'recipe.test-set-invalid', params: { file: fileName, line } });
    expect(rejection?.params.problem).toContain(problem);
    expect(rejection?.text).toContain(`Line ${line} of the test set ${fileName} cannot be used`);
  },
);

test('so are a word list in another encoding and a text for the quality model that holds none', async () => {
  const rules = [{ filter: 'ng-words', params: { max: 0 }, list: 'own' }];
  const lists = { own: await upload('sjis.txt', Buffer.from([0x83, 0x41, 0x0a])) };
  expect((await register({ ranks: 1, filter: { rules, lists } }, 'en')).rejection).toMatchObject({
    code: 'recipe.word-list-unreadable',
    params: { list: 'own', file: 'sjis.txt' },
  });
  const quality = await upload('none.txt', ' \n');
  const scored = [{ filter: 'perplexity', params: { max: 9 } }];
  expect((await register({ ranks: 1, filter: { rules: scored, quality } }, 'en')).rejection).toMatchObject({
    code: 'recipe.quality-empty',
    params: { file: 'none.txt' },
  });
});
