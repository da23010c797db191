import { Language } from '@tsudoi/schema';
import { z } from 'zod';
import { PlanError } from '../../scale/plan-error.ts';
import { linesIn } from '../lines-in.ts';
import type { TestItem } from './decontaminate.ts';

const Item = z.object({
  set: z.string().min(1),
  id: z.union([z.string(), z.number()]).transform(String),
  language: Language,
  query: z.string(),
  label: z.string().default(''),
});

/** A line of a test set that is no item. */
export class TestSetError extends PlanError {
  readonly path: string;
  readonly line: number;
  readonly problem: string;

  constructor(path: string, line: number, problem: string) {
    super(`${path}:${line}: ${problem}`);
    this.path = path;
    this.line = line;
    this.problem = problem;
  }
}

/**
 * The items of a test set: JSONL of {set, id, language, query, label} in UTF-8, blank lines passed over. Of a file larger
 * than `most` bytes only the lines that lie whole in its beginning.
 * @throws TestSetError at the first line that is no item, or where there is none at all
 */
export async function* itemsIn(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  path: string,
  most?: number,
): AsyncGenerator<TestItem> {
  let [line, items] = [0, 0];
  for await (const text of linesIn(chunks, most)) {
    line += 1;
    if (text === null) throw new TestSetError(path, line, 'not UTF-8');
    if (text.trim() === '') continue;
    items += 1;
    yield itemOf(text, (problem) => new TestSetError(path, line, problem));
  }
  if (items === 0) throw new TestSetError(path, Math.max(1, line), 'no item');
}

function itemOf(line: string, error: (problem: string) => TestSetError): TestItem {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw error('not JSON');
  }
  const parsed = Item.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw error([issue.path.join('.'), issue.message].filter(Boolean).join(': '));
}
