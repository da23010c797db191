import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import en from '../../apps/web/messages/en.json' with { type: 'json' };
import ja from '../../apps/web/messages/ja.json' with { type: 'json' };
import { accessible, fitsTelephone, hubUrl, launch, seen, visitor } from './browser.ts';

/** What the hub offers to programs outside, and to who runs it: from the portal, in both languages. */
let browser: Browser;
let receiver: Server;
let address = '';
const received: IncomingHttpHeaders[] = [];

beforeAll(async () => {
  browser = await launch();
  receiver = createServer((request, response) => {
    received.push(request.headers);
    request.resume();
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  receiver?.close();
});

describe.each(['ja', 'en'] as const)('outsiders and operators in %s', (locale) => {
  const words = { ja, en }[locale];
  const mark = randomUUID().slice(0, 8);
  let page: Page;
  let me: Awaited<ReturnType<typeof visitor>>;
  const operators: Awaited<ReturnType<typeof visitor>>[] = [];
  beforeAll(async () => {
    me = await visitor(browser, locale, '佐藤 美咲');
    page = me.page;
  });
  afterAll(async () => {
    for (const { context } of [me, ...operators]) await context.close();
  });
  const button = (name: string) => page.getByRole('button', { name, exact: true });

  test('a webhook to a private address is refused at its field; a good one shows its secret once', async () => {
    const { streams: w } = words;
    await page.goto('/streams');
    await accessible(page);
    await button(w.register).click();
    await page.getByLabel(w.url, { exact: true }).fill('https://10.1.2.3/hook');
    await button(w.register).click();
    await seen(page.locator('#webhook-url-error').getByText('10.1.2.3'));
    expect(await page.getByLabel(w.url, { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await accessible(page);
    await page.getByLabel(w.url, { exact: true }).fill(`${address}/${mark}`);
    await button(w.register).click();
    await seen(page.getByText(/^whsec_/));
    await accessible(page);
    await page.reload();
    await seen(page.getByRole('link', { name: new RegExp(mark) }));
    expect(await page.getByText(/whsec_/).count()).toBe(0);
  });

  test('its page shows deliveries; it is replayed, paused, resumed, given a new secret and deleted', async () => {
    const w = words.webhook;
    await page.getByRole('link', { name: new RegExp(mark) }).click();
    await page.waitForURL(/\/streams\/webhooks\//);
    const already = received.length;
    await page.getByLabel(w.replayAfter, { exact: true }).fill('0');
    await button(w.replayDo).click();
    const history = page.getByRole('table', { name: w.history });
    await seen(history.getByText('204'), 30_000);
    await expect.poll(() => received.length, { timeout: 20_000 }).toBeGreaterThan(already + 3);
    expect(received.at(-1)?.['webhook-signature']).toMatch(/^v1,/);
    await page.getByLabel(w.replayAfter, { exact: true }).fill('999999999');
    await button(w.replayDo).click();
    await seen(page.locator('#replay-after-error').getByText('999'));
    await accessible(page);

    await button(w.pause).click();
    await seen(page.getByText(w.explainOwner));
    await accessible(page);
    await button(w.resume).click();
    await seen(page.getByText(words.streams.live));
    await button(w.rotate).click();
    await seen(page.getByText(/^whsec_/));
    await fitsTelephone(page, [new URL(page.url()).pathname]);
    await page.setViewportSize({ width: 1280, height: 900 });

    await button(w.delete).click();
    const question = page.getByRole('dialog', { name: w.deleteTitle });
    await accessible(page);
    await question.getByRole('button', { name: w.delete, exact: true }).click();
    await page.waitForURL((url) => url.pathname === '/streams');
    await page.getByRole('link', { name: new RegExp(mark) }).waitFor({ state: 'detached' });
  });

  test('a subscription gets its credential once, shows how to use it, and is closed', async () => {
    const [s, w] = [words.streams, words.subscription];
    await page.goto('/streams');
    await button(s.open).click();
    await page.getByLabel(s.label, { exact: true }).fill(`index ${mark}`);
    await page.getByLabel(s.topicsSome).check();
    await page.getByLabel(s.topicsMore, { exact: true }).fill('nothing.Known');
    await button(s.open).click();
    await seen(page.locator('#subscription-topics-error:not(:empty)'));
    await accessible(page);
    await page.getByLabel(s.topicsMore, { exact: true }).fill('source.SourceAccepted');
    await page.getByLabel(words.streamType.job, { exact: true }).check();
    await button(s.open).click();
    await page.waitForURL(/\/streams\/subscriptions\//);
    await button(w.issue).click();
    await seen(page.getByText(/TSUDOI_NATS_SECRET=tsudoi_stream_/));
    const saved = page.getByRole('link', { name: w.download });
    expect(await saved.getAttribute('download')).toBe('tsudoi-nats.env');
    await accessible(page);
    await page.reload();
    await seen(button(w.issueAgain));
    expect(await page.getByText(/SECRET=tsudoi_stream_/).count()).toBe(0);
    await fitsTelephone(page, [new URL(page.url()).pathname, '/streams']);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole('link', { name: `index ${mark}` }).click();
    await button(w.close).click();
    await page
      .getByRole('dialog', { name: w.closeTitle })
      .getByRole('button', { name: w.close, exact: true })
      .click();
    await page.waitForURL((url) => url.pathname === '/streams');
    await page.getByRole('link', { name: `index ${mark}` }).waitFor({ state: 'detached' });
  });

  test('a token is issued, used with the line that the page gives, and revoked', async () => {
    const w = words.me;
    await page.goto('/people/me');
    await page.getByLabel(w.label, { exact: true }).fill(`program ${mark}`);
    await page.getByLabel(words.permission['node-work'], { exact: true }).uncheck();
    await page.getByLabel(words.permission['source-propose'], { exact: true }).check();
    await button(w.issue).click();
    const secret = await page
      .getByText(/^tsudoi_/)
      .first()
      .innerText();
    const asked = () => fetch(`${hubUrl()}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } });
    expect(((await (await asked()).json()) as { displayName: string }).displayName).toBe('佐藤 美咲');
    await accessible(page);
    await button(w.revokeNamed.replace('{label}', `program ${mark}`)).click();
    await seen(page.getByRole('status').getByText(w.revoked));
    expect((await asked()).status).toBe(401);
  });

  test('the reference of the API is there for anybody: operations, refusals, events', async () => {
    const w = words.developers;
    const { page: reader, context, broken } = await visitor(browser, locale, null);
    // The longest pages of the portal: axe takes its time, and looks the same in both languages.
    const check = () => (locale === 'ja' ? accessible(reader) : undefined);
    await reader.goto('/developers');
    await check();
    await reader.locator('#content').getByRole('link', { name: w.tags.sources, exact: true }).click();
    await reader.waitForURL(/\/developers\/sources$/);
    await seen(reader.getByText('/api/v1/sources/{sourceId}/withdrawal'));
    await seen(reader.getByText('source.withdraw', { exact: true }));
    await check();
    await reader.goto('/developers/refusals');
    const row = reader.getByRole('row').filter({ hasText: 'webhook.private-address' });
    await seen(row.getByText('422'));
    await check();
    await reader.goto('/developers/events');
    await reader.getByText('SourceWithdrawn', { exact: true }).click();
    await seen(reader.getByText('log.{group}.source.SourceWithdrawn'));
    await check();
    await fitsTelephone(reader, ['/developers', '/developers/sources', '/developers/refusals']);
    for (const file of ['/api/v1/openapi.json', '/api/v1/asyncapi.json'])
      expect((await reader.request.get(file)).headers()['content-type']).toContain('application/json');
    expect(broken).toEqual([]);
    await context.close();
  });

  test('somebody joins a group and leaves it; an admin gives a role there and takes it away', async () => {
    const w = words.groups;
    const modelGroup = locale === 'ja' ? 'モデル構築WG' : 'Model Building';
    await page.goto('/groups');
    await accessible(page);
    await button(w.joinNamed.replace('{name}', modelGroup)).click();
    await page.getByRole('link', { name: modelGroup }).click();
    await seen(page.getByText(w.member, { exact: true }));

    const admin = await visitor(browser, locale, '渡辺 彩');
    operators.push(admin);
    await admin.page.goto('/groups/model');
    const member = admin.page.getByRole('row').filter({ hasText: '佐藤 美咲' });
    await member.getByRole('combobox').selectOption('reviewer');
    await member.getByRole('button', { name: words.people.grant, exact: true }).click();
    const taken = words.people.revoke.replace('{role}', words.role.reviewer);
    await seen(member.getByRole('button', { name: new RegExp(taken) }));
    await accessible(admin.page);
    await member.getByRole('button', { name: new RegExp(taken) }).click();
    await member.getByRole('button', { name: new RegExp(taken) }).waitFor({ state: 'detached' });
    await admin.page.goto('/people');
    await admin.page.getByRole('searchbox').fill('美咲');
    await admin.page.keyboard.press('Enter');
    await admin.page.waitForURL(/q=/);
    expect(await admin.page.getByRole('row').count()).toBe(2); // and the head of the table
    await accessible(admin.page);

    await button(w.leave).click();
    await page.getByRole('dialog').getByRole('button', { name: w.leave, exact: true }).click();
    await seen(button(w.joinNamed.replace('{name}', modelGroup)));
  });

  test('erasing personal data asks for the name to be typed, and may still be left', async () => {
    const w = words.me;
    await page.goto('/people/me');
    await button(w.erase).click();
    const question = page.getByRole('dialog', { name: w.eraseTitle });
    const confirm = question.getByRole('button', { name: w.erase, exact: true });
    expect(await confirm.isDisabled()).toBe(true);
    await question.getByRole('textbox').fill('佐藤');
    expect(await confirm.isDisabled()).toBe(true);
    await question.getByRole('textbox').fill('佐藤 美咲');
    expect(await confirm.isDisabled()).toBe(false);
    await accessible(page);
    await question.getByRole('button', { name: w.cancel, exact: true }).click();
    await question.waitFor({ state: 'detached' });
    await fitsTelephone(page, ['/people/me', '/people', '/groups', '/groups/corpus']);
  });

  test('the operations page shows who follows the log to an operator, and is refused to others', async () => {
    const w = words.operations;
    const admin = operators[0]!.page;
    await admin.goto('/operations');
    await seen(admin.getByRole('table', { name: w.followers }).getByText('publisher'));
    await accessible(admin);
    await fitsTelephone(admin, ['/operations']);
    await page.goto('/operations');
    await seen(page.getByText(w.signIn));
  });

  test('nothing broke in the browser on the way', () => {
    expect([me, ...operators].flatMap(({ broken }) => broken)).toEqual([]);
  });
});
