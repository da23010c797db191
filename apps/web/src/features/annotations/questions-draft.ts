import { Categories, type Category } from '@tsudoi/schema';
import { z } from 'zod';

const text = z.string();
/** The shape of questions while they are written: texts may be empty and keys may be equal still. */
const Draft = z.array(
  z.object({
    ...{ key: text, ja: text, en: text },
    scale: z.enum(['nominal', 'ordinal']),
    values: z.array(z.object({ value: text, ja: text, en: text, helpJa: text, helpEn: text })),
  }),
);

/** How many a set may have: the limits of `Categories`. */
export const most = { questions: 20, values: 60 };
export const fewest = { questions: 1, values: 2 };

/** The questions that fields can show; null where the text is not of that shape. */
export function draftOf(json: string): Category[] | null {
  return Draft.safeParse(parsed(json)).data ?? null;
}

/** What keeps questions from being asked, with the number of the question, or null where it concerns all of them. */
export interface QuestionProblem {
  question: number | null;
  /** Null: keys or values are equal to each other. */
  problem: string | null;
}

export function readQuestions(
  json: string,
  words?: z.core.$ZodErrorMap,
): { categories: Category[] } | QuestionProblem {
  const read = Categories.safeParse(parsed(json), { error: words });
  if (read.success) return { categories: read.data };
  const { path, code, message } = read.error.issues[0]!;
  const [question] = path;
  return {
    question: typeof question === 'number' ? question + 1 : null,
    problem: code === 'custom' ? null : message,
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

export const emptyValue = (others: { value: string }[]) => ({
  value: unused(
    'value',
    others.map(({ value }) => value),
  ),
  ...{ ja: '', en: '', helpJa: '', helpEn: '' },
});

export function emptyQuestion(others: Category[]): Category {
  const key = unused(
    'question',
    others.map((one) => one.key),
  );
  const first = emptyValue([]);
  return { key, ja: '', en: '', scale: 'nominal', values: [first, emptyValue([first])] };
}

/** A key that none of the others has. */
function unused(stem: string, taken: string[]): string {
  let number = taken.length + 1;
  while (taken.includes(`${stem}-${number}`)) number++;
  return `${stem}-${number}`;
}

/** The list with the entry at `from` standing at `to`. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.toSpliced(from, 1);
  return rest.toSpliced(to, 0, list[from]!);
}
