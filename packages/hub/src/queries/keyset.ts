import { type Page, Rejection } from '@tsudoi/schema';
import { z } from 'zod';

/**
 * The cursor of a page as callers send it back: the time of its last row and, among rows of one moment, its id.
 * @throws Rejection `input.invalid`
 */
export function readCursor(
  after: string | undefined,
  Id: z.ZodType<string> = z.uuid(),
): { at: Date; id: string } | null {
  if (after === undefined) return null;
  try {
    const text = Buffer.from(after, 'base64url').toString('utf8');
    const [at, id] = z.tuple([z.iso.datetime(), Id]).parse(JSON.parse(text));
    return { at: new Date(at), id };
  } catch {
    throw new Rejection('input.invalid', { field: 'after', problem: 'it is no cursor of this list' });
  }
}

/**
 * Cuts one row more than asked into a page: the extra row only says that there is a next one. Rows come newest first,
 * and rows that arrive meanwhile push nothing onto a later page twice.
 */
export function pageOf<T>(rows: T[], limit: number, place: (row: T) => [at: string, id: string]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, next: more ? Buffer.from(JSON.stringify(place(last))).toString('base64url') : null };
}

/** What people type into the search box of a list; the database knows no U+0000. */
export const SearchText = z
  .string()
  .max(200)
  .regex(/^[^\0]*$/, 'it holds the character U+0000');

/** The same as a pattern for `ilike`; null for none. */
export function containing(text: string | undefined): string | null {
  const wanted = text?.trim();
  return wanted ? `%${wanted.replace(/[\\%_]/g, (special) => `\\${special}`)}%` : null;
}

export const PageInput = z.strictObject({
  after: z.string().max(300).optional(),
  limit: z.int().min(1).max(200).default(50),
});
export interface PageRequest {
  after?: string;
  limit?: number;
}
