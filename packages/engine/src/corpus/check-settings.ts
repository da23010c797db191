import type { CorpusSettings } from '@tsudoi/schema';
import { compileCascade } from './filters/cascade.ts';

/**
 * What can be told about a run's own filters before their files are read: names of filters, parameters, and that every rule
 * has the list or the texts it asks for. @throws Rejection recipe.unknown-filter, recipe.invalid
 */
export function checkCorpusSettings({ filter }: Pick<CorpusSettings, 'filter'>): void {
  if (!filter) return;
  const lists = Object.fromEntries(Object.keys(filter.lists ?? {}).map((name) => [name, []]));
  compileCascade(filter.rules, { lists, ...(filter.quality ? { model: { perplexity: () => 0 } } : {}) });
}
