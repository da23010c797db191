import { checkCorpusSettings, checkSettingsFiles } from '@tsudoi/engine/corpus/pages';
import type { RunCard } from '@tsudoi/schema';
import { objectStore } from '../hub.ts';

/** So much of each file is looked at while somebody waits; the job that uses it looks at all of it. */
const LOOKED_AT = 16 * 2 ** 20;

/**
 * What only the engine can tell of a card's corpus: that its rules are known, and that its word lists, texts and test sets
 * can be used. @throws Rejection recipe.…, object.missing for a file that nobody uploaded
 */
export async function checkCorpus(corpus: RunCard['corpus']): Promise<void> {
  if (!corpus) return;
  checkCorpusSettings(corpus);
  await checkSettingsFiles(corpus, ({ sha256 }) => objectStore().get(sha256), LOOKED_AT);
}
