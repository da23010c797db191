import { z } from 'zod';
import { fillTemplate } from './messages/fill.ts';
import { en } from './messages/job-notes.en.ts';
import { ja } from './messages/job-notes.ja.ts';
import type { Locale } from './rejection.ts';

const Count = z.int().nonnegative();

function note<C extends string, S extends z.core.$ZodShape>(code: C, params: S) {
  return z.strictObject({ code: z.literal(code), params: z.strictObject(params) });
}

/** What a job is doing, or what came of it: a code with parameters, translated where a person reads it. */
export const JobNote = z.discriminatedUnion('code', [
  note('fetch', { what: z.string().max(200) }),
  note('documents', { done: Count }),
  note('kept', { kept: Count, total: Count }),
  note('textsRead', { count: Count }),
  note('differentWords', { count: Count }),
  note('pieces', { count: Count, natsPerCharacter: z.number() }),
  note('roundTrip', {}),
  note('vocabulary', { count: Count }),
  note('tokens', { count: Count }),
  note('compile', {}),
  note('step', { step: Count, steps: Count, loss: z.number() }),
  note('windows', { done: Count, total: Count }),
  note('byteNgram', {}),
  note('tokenNgram', {}),
  note('samples', {}),
  note('bitsPerByte', { bitsPerByte: z.number() }),
  note('upload', {}),
]);
export type JobNote = z.infer<typeof JobNote>;

const catalogues: Record<Locale, Record<JobNote['code'], string>> = { ja, en };

/** One short line for people. */
export function translateJobNote({ code, params }: JobNote, locale: Locale): string {
  return fillTemplate(catalogues[locale][code], params, locale);
}

/** The note inside a stored text of JSON; null for anything that is none, such as a note of another version. */
export function parseJobNote(text: string): JobNote | null {
  try {
    return JobNote.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
