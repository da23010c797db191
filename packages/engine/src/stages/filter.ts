import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FilterRule, type RecipeOf, Rejection, type Stats } from '@tsudoi/schema';
import type { CorpusDocument } from '../corpus/document.ts';
import { type Cascade, type CascadeResult, compileCascade } from '../corpus/filters/cascade.ts';
import type { Verdict } from '../corpus/filters/filter.ts';
import { discardOnError, readJsonlGz, writeJsonlGz } from '../corpus/jsonl.ts';
import { createTally } from '../corpus/tally.ts';
import { inputDocuments, outputFiles } from './documents.ts';
import type { Stage } from './stage.ts';

/**
 * The first filter a document failed, with the value and the bound it broke. A line of dropped.jsonl.gz holds this and the whole document
 * beside it (`text`, `meta`), so that a threshold that was wrong can be made good without fetching anything again.
 */
export interface DroppedDocument {
  id: string;
  path: string;
  language: string;
  filter: string;
  value: number;
  threshold: number;
  excerpt: string;
}

/** trace.json: the cascade in its order, each rule with what it dropped. */
export interface FilterTrace {
  preset: string;
  total: number;
  kept: number;
  /** Lists of the cascade that hold no word: their rules passed everything. */
  emptyLists: readonly string[];
  byFilter: {
    filter: string;
    params: FilterRule['params'];
    origin: string;
    list?: string;
    dropped: number;
    /** What an edit changed in the documents that reached it, by kind where there are kinds ([PHONE], …). */
    edited?: { documents: number; changes: number; byKind: Record<string, number> };
    examples: DroppedDocument[];
  }[];
}

const EXAMPLES = 5;
const EXCERPT_CHARACTERS = 300;

/**
 * Runs the cascade of the recipe over every input document. Rejections: recipe.unknown-filter, recipe.invalid before
 * anything is read; corpus.empty when nothing is kept.
 */
export const filter: Stage<'filter'> = async (recipe, context) => {
  const cascade = compileCascade(recipe.rules);
  const file = (name: string) => join(context.outDir, name);
  const kept = writeJsonlGz(file('documents.jsonl.gz'));
  const dropped = writeJsonlGz(file('dropped.jsonl.gz'));
  const tally = createTally();
  const trace = emptyTrace(recipe, cascade);
  let droppedBytes = 0;
  const { paths, documents } = inputDocuments(context.inputs, 'documents');
  await discardOnError([kept, dropped], async () => {
    for (const path of paths) {
      for await (const document of readJsonlGz<CorpusDocument>(path)) {
        context.signal.throwIfAborted();
        trace.total += 1;
        const { document: edited, failure, edits } = cascade.run(document);
        countEdits(trace, edits);
        if (failure) {
          const line = describe(edited, recipe.rules[failure.index].filter, failure.verdict);
          const entry = trace.byFilter[failure.index];
          entry.dropped += 1;
          if (entry.examples.length < EXAMPLES) entry.examples.push(line);
          droppedBytes += Buffer.byteLength(edited.text);
          await dropped.write({ ...line, text: edited.text, meta: edited.meta });
        } else {
          tally.add(edited);
          await kept.write(edited);
        }
        if (trace.total % 100 === 0)
          context.progress(trace.total / Math.max(documents, trace.total), {
            code: 'documents',
            params: { done: trace.total },
          });
      }
    }
    await Promise.all([kept.close(), dropped.close()]);
  });
  trace.kept = tally.documents;
  if (trace.kept === 0) throw new Rejection('corpus.empty', { stage: 'filter' });
  await writeFile(file('trace.json'), `${JSON.stringify(trace, null, 2)}\n`);
  context.progress(1, { code: 'kept', params: { kept: trace.kept, total: trace.total } });
  return [
    {
      kind: 'filtered-documents',
      title: recipe.preset,
      files: outputFiles(context.outDir, ['documents.jsonl.gz', 'dropped.jsonl.gz', 'trace.json']),
      stats: { ...tally.stats(), ...counts(trace), droppedBytes },
    },
  ];
};

function emptyTrace({ preset, rules }: RecipeOf<'filter'>, cascade: Cascade): FilterTrace {
  const byFilter = rules.map((rule, index) => ({
    ...rule,
    origin: cascade.rules[index].step.origin,
    dropped: 0,
    examples: [],
  }));
  return { preset, total: 0, kept: 0, emptyLists: cascade.emptyLists, byFilter };
}

function countEdits(trace: FilterTrace, edits: CascadeResult['edits']): void {
  for (const { index, changes, counts } of edits) {
    const entry = trace.byFilter[index];
    entry.edited ??= { documents: 0, changes: 0, byKind: {} };
    entry.edited.documents += 1;
    entry.edited.changes += changes;
    for (const [kind, count] of Object.entries(counts))
      entry.edited.byKind[kind] = (entry.edited.byKind[kind] ?? 0) + count;
  }
}

function describe(
  { text, meta }: CorpusDocument,
  name: string,
  { value, threshold }: Verdict,
): DroppedDocument {
  return {
    id: meta.id,
    path: meta.path,
    language: meta.language,
    filter: name,
    value: Number(value.toPrecision(6)),
    threshold,
    excerpt: text.slice(0, EXCERPT_CHARACTERS).toWellFormed(),
  };
}

function counts(trace: FilterTrace): Stats {
  const stats: Stats = { total: trace.total, kept: trace.kept, dropped: trace.total - trace.kept };
  for (const { filter: name, dropped } of trace.byFilter) {
    const key = `dropped.${name}`;
    if (dropped > 0) stats[key] = Number(stats[key] ?? 0) + dropped;
  }
  return stats;
}
