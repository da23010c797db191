import { randomUUID } from 'node:crypto';
import { PretrainRecipe, RejectionValue, type RunCard } from '@tsudoi/schema';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import en from '../../apps/web/messages/en.json' with { type: 'json' };
import ja from '../../apps/web/messages/ja.json' with { type: 'json' };
import { accessible, cast, fitsTelephone, hubUrl, launch, seen } from './browser.ts';

/** A run from its card to its failure: gates that a supervisor opens, and a node that would train something else. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const people = {
  lead: '高橋 蓮',
  supervisor: '田中 健',
  donor: '佐藤 美咲',
  reviewer: 'Maria Lindqvist',
  anybody: null,
};
/** More than any node has: the hub's own worker leaves that job to the one of this test. */
const threads = 1024;
const worked = 120_000;

const Claimed = z.object({
  result: z.object({ data: z.object({ result: z.object({ epoch: z.int(), recipe: PretrainRecipe }) }) }),
});
/** The sentence that stands beside code and parameters is for people. */
const Refused = z.object({ error: z.object({ data: z.object({ rejection: RejectionValue.strip() }) }) });

describe.each(['ja', 'en'] as const)('cards and gates in %s', (locale) => {
  const words = { ja, en }[locale];
  const w = words.cardForm;
  const title = `Gates ${randomUUID().slice(0, 8)}`;
  let run = '';
  let pretrain = '';

  const { as, broken, leave } = cast(() => browser, locale, people);
  afterAll(leave);
  const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });
  const gate = (kind: keyof typeof words.jobKind, at: keyof typeof w.gate) =>
    w.gateOf.replace('{job}', words.jobKind[kind]).replace('{gate}', w.gate[at]);
  const cardJson = async (page: Page): Promise<RunCard> =>
    JSON.parse(await field(page, words.runForms.card).inputValue());

  test('a new card begins with settings that are ready, each with its help', async () => {
    const page = await as('lead');
    await page.goto('/runs/new');
    expect(await field(page, w.number.steps.label).inputValue()).toBe('300');
    expect(await field(page, w.title.label).inputValue()).toBe('');
    await seen(page.getByText(w.number.warmupSteps.help));
    await page.getByText(w.advanced).click();
    expect(await cardJson(page)).toMatchObject({ title: '', gates: { end: ['pretrain'] } });
    await accessible(page);
  });

  test('a lead registers one from a run; a setting that spoils runs is refused at its field', async () => {
    const page = await as('lead');
    await page.goto('/runs');
    const done = page.getByRole('row').filter({ hasText: words.runState.completed });
    await done.getByRole('link').first().click();
    await page.getByRole('link', { name: words.runForms.fromThis }).click();
    await page.waitForURL(/\/runs\/new\?from=/);
    const modelGroup = { ja: 'モデル構築WG', en: 'Model Building' }[locale];
    await field(page, words.runForms.group).selectOption({ label: modelGroup });
    await field(page, w.title.label).fill(title);
    for (const source of await page.getByRole('group', { name: w.sources.label }).getByRole('checkbox').all())
      await source.setChecked((await source.locator('..').innerText()).includes('Apache HTTP'));
    await field(page, w.number.vocabSize.label).fill('2048');
    await field(page, w.number.threads.label).fill(String(threads));
    await page.getByRole('checkbox', { name: gate('pretrain', 'start') }).check();
    await page.getByRole('checkbox', { name: gate('dedup', 'end') }).check();
    const last = field(page, w.number.minLearningRate.label);
    const before = await last.inputValue();
    await last.fill('1');
    await page.getByRole('button', { name: words.runForms.register }).click();
    await seen(page.locator('#card-pretrain-optimizer-minLearningRate-error:not(:empty)'));
    expect(await last.getAttribute('aria-invalid')).toBe('true');
    await accessible(page);
    await last.fill(before);
    await page.getByRole('button', { name: words.runForms.register }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/);
    run = new URL(page.url()).pathname;
    await seen(page.getByRole('heading', { level: 1, name: title }));
    await seen(page.getByText(words.run.facts.gateEnd));
  });

  /** The page of a job of the run, once the job waits at a gate. */
  async function atGate(kind: keyof typeof words.jobKind, state: 'awaiting-start' | 'awaiting-end') {
    const page = await as('supervisor');
    await page.goto(run);
    const job = page
      .getByRole('listitem')
      .filter({ has: page.getByRole('link', { name: words.jobKind[kind] }) });
    await seen(job.getByText(words.jobState[state]), worked);
    await job.getByRole('link', { name: words.jobKind[kind] }).click();
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/);
    return page;
  }

  test('what deduplication made counts when a supervisor has looked at it', async () => {
    const page = await atGate('dedup', 'awaiting-end');
    const region = page.getByRole('region', { name: words.gates.end.title });
    await seen(region.getByText(words.gates.end.look1));
    await accessible(page);
    const reader = await as('donor');
    await reader.goto(page.url());
    await seen(reader.getByText(words.gates.whoDecides));
    expect(await reader.getByRole('button', { name: words.gates.approveEnd }).count()).toBe(0);
    await region.getByRole('button', { name: words.gates.approveEnd }).click();
    await region.waitFor({ state: 'detached' });
    await seen(page.getByText(words.jobState.done));
  });

  test('pretraining starts when a supervisor has approved', async () => {
    const page = await atGate('pretrain', 'awaiting-start');
    pretrain = new URL(page.url()).pathname.split('/').at(-1)!;
    const region = page.getByRole('region', { name: words.gates.start.title });
    await seen(region.getByText(String(threads)));
    await accessible(page);
    await region.getByRole('button', { name: words.jobs.approve }).click();
    await region.waitFor({ state: 'detached' });
    await seen(page.getByText(words.jobState.queued));
  });

  test('a node with other settings is refused, and the run names every one of them', async () => {
    const donor = await as('donor');
    await donor.goto('/people/me');
    await donor.getByLabel(words.me.label, { exact: true }).fill(title);
    await donor.getByRole('button', { name: words.me.issue }).click();
    const secret = await donor
      .getByText(/^tsudoi_/)
      .first()
      .innerText();
    const ask = async (name: string, input: object): Promise<unknown> => {
      const answer = await fetch(`${hubUrl()}/api/trpc/worker.${name}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...input, commandId: randomUUID() }),
      });
      return answer.json();
    };
    const offers = { threads, memoryMiB: 1_000_000, diskMiB: 1_000_000 };
    const claimed = Claimed.parse(await ask('claim', { jobId: pretrain, node: 'gates', offers }));
    const { epoch, recipe } = claimed.result.data.result;
    const { kind: _, runId, ...settings } = recipe;
    const held = { jobId: pretrain, epoch };
    const other = { ...settings, seed: settings.seed + 1, optimizer: { ...settings.optimizer, eps: 1e-6 } };
    const refused = Refused.parse(await ask('startRun', { ...held, runId, settings: other }));
    const { code, params } = refused.error.data.rejection;
    expect(code).toBe('run.settings-differ');
    await ask('fail', { ...held, rejection: { code, params }, retryable: false });

    const page = await as('lead');
    const why = page.locator('p', { hasText: words.run.failure });
    await page.goto(run); // the planner ends the run
    await seen(why.getByText(`seed ${settings.seed} -> ${settings.seed + 1}`));
    expect(await why.innerText()).toContain('optimizer.eps');
    await accessible(page);
  });

  test("one's name is left out of credits for everybody, until one says otherwise", async () => {
    const w = words.credits;
    const page = await as('reviewer');
    await page.goto('/credits');
    await page.getByRole('link', { name: w.mine }).click();
    await page.waitForURL(/\/credits\/[0-9a-f-]{36}$/);
    await page.getByRole('button', { name: w.hideName }).click();
    await seen(page.getByText(w.numberNow));
    await accessible(page);
    const reader = await as('anybody');
    await reader.goto(page.url());
    expect(await reader.getByText(people.reviewer).count()).toBe(0);
    await page.getByRole('button', { name: w.showName }).click();
    await seen(page.getByText(w.namedNow));
    await reader.reload();
    await seen(reader.getByRole('heading', { level: 1, name: people.reviewer }));
  });

  test('its pages fit a telephone, and nothing broke in the browsers on the way', async () => {
    await fitsTelephone(await as('lead'), ['/runs/new', run, `/jobs/${pretrain}`]);
    expect(broken()).toEqual([]);
  });
});
