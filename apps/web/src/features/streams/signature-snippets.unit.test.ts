import { spawnSync } from 'node:child_process';
import { stripTypeScriptTypes } from 'node:module';
import { signDelivery } from '@tsudoi/hub';
import { describe, expect, test } from 'vitest';
import { pythonCheck, typescriptCheck } from './signature-snippets.ts';

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const other = `whsec_${Buffer.from('another key of twenty-four b').toString('base64')}`;
const body = '{"type":"tsudoi.source.SourceProposed","data":{"titleJa":"出典"}}';
const at = (seconds: number) => new Date(Date.now() - seconds * 1000);
const signed = (secrets: string[], sentAt = at(0)) => ({
  ...signDelivery(secrets, { id: '018f0000-0000-7000-8000-000000000001', at: sentAt, body }),
});

/** What is asked of a check, and what it must say. */
const questions = [
  { name: 'what the hub signed', headers: signed([secret]), body, answer: true },
  { name: 'two secrets on the day of an exchange', headers: signed([other, secret]), body, answer: true },
  { name: 'a body that was changed', headers: signed([secret]), body: `${body} `, answer: false },
  { name: 'the key of somebody else', headers: signed([other]), body, answer: false },
  { name: 'a delivery of ten minutes ago', headers: signed([secret], at(600)), body, answer: false },
];

describe('the checks that people paste from the page of a webhook', () => {
  test('in Python say what is from the hub and what is not', () => {
    const script = `${pythonCheck}
import json, sys
for one in json.load(sys.stdin):
    print(is_from_hub(${JSON.stringify(secret)}, one["headers"], one["body"].encode()))`;
    const run = spawnSync('python3', ['-c', script], { input: JSON.stringify(questions), encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.stdout.trim().split('\n')).toEqual(questions.map(({ answer }) => (answer ? 'True' : 'False')));
  });

  test('in TypeScript say what is from the hub and what is not', async () => {
    const code = stripTypeScriptTypes(typescriptCheck);
    const { isFromHub } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
      isFromHub(secret: string, headers: Record<string, string>, body: Buffer): boolean;
    };
    for (const { name, headers, body, answer } of questions)
      expect([name, isFromHub(secret, headers, Buffer.from(body))]).toEqual([name, answer]);
  });
});
