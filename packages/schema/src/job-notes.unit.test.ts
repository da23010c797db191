import { expect, test } from 'vitest';
import { JobNote, parseJobNote, translateJobNote } from './job-notes.ts';
import { en } from './messages/job-notes.en.ts';
import { ja } from './messages/job-notes.ja.ts';
import { HeartbeatInput } from './worker-protocol.ts';

const holes = (text: string) => [...text.matchAll(/\{(\w+)(?::\d)?\}/g)].map(([, name]) => name).sort();
const codes = JobNote.options.map(({ shape }) => ({
  code: shape.code.value,
  params: Object.keys(shape.params.shape).sort(),
}));

test.each(codes)('$code says all its parameters in both languages', ({ code, params }) => {
  expect(holes(en[code])).toEqual(params);
  expect(holes(ja[code])).toEqual(params);
  expect(ja[code]).toMatch(/[ぁ-んァ-ヶ一-龠]/);
  expect(en[code]).toMatch(/^[ -~]+$/);
});

test('no sentence is left without a note', () => {
  expect(Object.keys(en).sort()).toEqual(codes.map(({ code }) => code).sort());
});

test('numbers are grouped, and a loss keeps its decimals', () => {
  const kept: JobNote = { code: 'kept', params: { kept: 2304, total: 2363 } };
  expect(translateJobNote(kept, 'en')).toBe('2,304 of 2,363 documents kept');
  expect(translateJobNote(kept, 'ja')).toBe('文書 2,363 件中 2,304 件を採用');
  const step: JobNote = { code: 'step', params: { step: 5, steps: 1200, loss: 5.1 } };
  expect(translateJobNote(step, 'en')).toBe('step 5 of 1,200, loss 5.100');
});

test('a stored note comes back; free text and notes of other versions read as nothing', () => {
  const note: JobNote = { code: 'tokens', params: { count: 7 } };
  expect(parseJobNote(JSON.stringify(note))).toEqual(note);
  for (const text of [
    '',
    '7 tokens',
    'null',
    '{"code":"toString","params":{}}',
    '{"code":"tokens","params":{}}',
  ])
    expect(parseJobNote(text)).toBeNull();
});

test('a note that the hub does not know costs no heartbeat', () => {
  const beat = { jobId: '00000000-0000-4000-8000-000000000001', epoch: 1, progress: 0.5 };
  const note = { code: 'tokens', params: { count: 7 } };
  expect(HeartbeatInput.parse({ ...beat, note }).note).toEqual(note);
  expect(HeartbeatInput.parse({ ...beat, note: { code: 'new', params: {} } }).note).toBeNull();
  expect(HeartbeatInput.parse({ ...beat, note: null }).note).toBeNull();
});
