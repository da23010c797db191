import { Rejection } from '@tsudoi/schema';
import { expect, test } from 'vitest';
import { errorResponse } from '../rejections.ts';
import { openaiRefusal } from './openai.ts';
import { problemOf, problemResponse } from './problem.ts';

const traceId = 'ab'.repeat(16);
const forms: [string, (error: Rejection) => Response][] = [
  ['problem details', (error) => problemResponse(problemOf(error, 'en', traceId), 'en')],
  ["OpenAI's shape", (error) => openaiRefusal(error, 'en', traceId)],
  ["the portal's own shape", (error) => errorResponse(error, 'en', traceId)],
];

test.each(forms)('a refusal for now says in whole seconds when to come again, as %s', (_, answer) => {
  const busy = answer(new Rejection('hub.busy', { seconds: 2.5 }));
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '3']);
  expect(answer(new Rejection('group.unknown', { groupId: 'x' })).headers.has('retry-after')).toBe(false);
});
