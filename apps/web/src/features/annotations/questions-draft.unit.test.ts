import { expect, test } from 'vitest';
import { draftOf, emptyQuestion, emptyValue, moved, readQuestions } from './questions-draft.ts';
import { templates } from './templates.ts';

test.each(Object.entries(templates))(
  'the template %s can be asked as it is, and shown in fields',
  (_, template) => {
    const json = JSON.stringify(template);
    expect(readQuestions(json)).toEqual({ categories: template });
    expect(draftOf(json)).toEqual(template);
  },
);

test('a question that was just added is shown in fields and cannot be asked before it is written', () => {
  const begun = [...templates.preference, emptyQuestion(templates.preference)];
  expect(draftOf(JSON.stringify(begun))).toEqual(begun);
  expect(readQuestions(JSON.stringify(begun))).toMatchObject({ question: 2, problem: expect.any(String) });
});

test('keys that are equal are said to be so, and text that is no list of questions is none', () => {
  const twice = [...templates.preference, ...templates.preference];
  expect(readQuestions(JSON.stringify(twice))).toEqual({ question: null, problem: null });
  for (const json of ['{', '{}', '[{"key":"x"}]', '[1]']) {
    expect(draftOf(json)).toBeNull();
    expect(readQuestions(json)).toHaveProperty('problem');
  }
});

test('what is added gets a key that nothing else has, whatever was removed before', () => {
  const left = [{ value: 'value-2' }, { value: 'value-3' }];
  expect(left.map(({ value }) => value)).not.toContain(emptyValue(left).value);
  expect(emptyQuestion([]).values.map(({ value }) => value)).toEqual(['value-1', 'value-2']);
});

test('an entry moves to its place and the others keep their order', () => {
  expect(moved(['a', 'b', 'c', 'd'], 0, 2)).toEqual(['b', 'c', 'a', 'd']);
  expect(moved(['a', 'b', 'c', 'd'], 3, 0)).toEqual(['d', 'a', 'b', 'c']);
});
