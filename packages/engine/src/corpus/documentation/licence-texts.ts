import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import spdxLicences from 'spdx-license-list';

/** The SPDX identifiers (and exceptions) that occur in expressions, sorted, each once. */
export function licenceIds(expressions: readonly string[]): string[] {
  const words = expressions.flatMap((expression) => expression.match(/[A-Za-z0-9][A-Za-z0-9.+-]*/g) ?? []);
  const ids = words
    .filter((word) => !['AND', 'OR', 'WITH'].includes(word))
    .map((id) => id.replace(/\+$/, ''));
  return [...new Set(ids)].sort();
}

/** Name and address from the SPDX licence list; null for an identifier that is not on it. */
export function licenceOf(id: string): { name: string; url: string } | null {
  const known = spdxLicences as Record<string, { name: string; url: string }>;
  return Object.hasOwn(known, id) ? (known[id] as { name: string; url: string }) : null;
}

/** The full text of a licence of the list. */
export async function licenceText(id: string): Promise<string | null> {
  if (!licenceOf(id)) return null;
  const path = createRequire(import.meta.url).resolve(`spdx-license-list/licenses/${id}.json`);
  const { licenseText } = JSON.parse(await readFile(path, 'utf8')) as { licenseText: string };
  return `${licenseText.trim()}\n`;
}
