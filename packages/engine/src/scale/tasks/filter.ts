import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilterRule, Language } from '@tsudoi/schema';
import { z } from 'zod';
import type { CorpusDocument } from '../../corpus/document.ts';
import { type Cascade, compileCascade } from '../../corpus/filters/cascade.ts';
import { trainQualityModel } from '../../corpus/filters/quality-model.ts';
import { discardOnError, readJsonlGz, writeJsonlGz } from '../../corpus/jsonl.ts';
import { createTally } from '../../corpus/tally.ts';
import type { Task } from '../task.ts';
import { PinnedFile, readPinned } from './pinned-file.ts';

const Rules = z.array(FilterRule);
const Settings = z.strictObject({
  /** For documents that neither `bySource` nor `byLanguage` names. */
  rules: Rules,
  byLanguage: z.partialRecord(Language, Rules).optional(),
  bySource: z.record(z.string(), Rules).optional(),
  /** Word lists that stand in for built-in ones. */
  lists: z.record(z.string(), z.array(z.string())).optional(),
  /** Good text for the quality model, one text a line as JSON strings or documents. */
  quality: PinnedFile.optional(),
});
export type FilterTaskSettings = z.infer<typeof Settings>;

/** One rule of one cascade with what it did; `byLanguage`, since one cascade may see several. */
export interface RuleCount {
  filter: string;
  list: string | null;
  params: Record<string, number>;
  origin: string;
  dropped: Record<string, number>;
  changed: Record<string, number>;
}

/** trace.json of a unit: each cascade that documents met, by name ('*', a language, or a source with '@' before it). */
export interface UnitTrace {
  emptyLists: string[];
  cascades: Record<string, RuleCount[]>;
}

/**
 * The cascades over one file of documents: documents.jsonl.gz, dropped.jsonl.gz with the first filter each failed, and
 * trace.json with what every rule did.
 */
export const filter: Task<FilterTaskSettings> = {
  name: 'filter',
  version: 2,
  parse: (settings) => Settings.parse(settings),
  async run({ path }, folder, settings) {
    const chooser = await compileAll(settings);
    const kept = writeJsonlGz(join(folder, 'documents.jsonl.gz'));
    const dropped = writeJsonlGz(join(folder, 'dropped.jsonl.gz'));
    const tally = createTally();
    const failed: Record<string, number> = {};
    let total = 0;
    await discardOnError([kept, dropped], async () => {
      for await (const document of readJsonlGz<CorpusDocument>(path)) {
        total += 1;
        const { cascade, counts } = chooser.of(document);
        const { document: edited, failure, edits } = cascade.run(document);
        const { language } = document.meta;
        for (const { index } of edits) addOne(counts[index].changed, language);
        if (!failure) {
          tally.add(edited);
          await kept.write(edited);
          continue;
        }
        const { filter: name, list } = counts[failure.index];
        addOne(counts[failure.index].dropped, language);
        addOne(failed, `dropped.${name}`);
        const { value, threshold } = failure.verdict;
        const trace = { filter: name, ...(list ? { list } : {}), index: failure.index, value, threshold };
        await dropped.write({ ...edited, trace });
      }
      await Promise.all([kept.close(), dropped.close()]);
    });
    await writeFile(join(folder, 'trace.json'), `${JSON.stringify(chooser.trace())}\n`);
    return { total, kept: tally.documents, ...tally.stats(), ...failed };
  },
};

const addOne = (counts: Record<string, number>, key: string) => {
  counts[key] = (counts[key] ?? 0) + 1;
};

async function compileAll({ rules, byLanguage = {}, bySource = {}, lists, quality }: FilterTaskSettings) {
  const model = quality ? trainQualityModel(goodTexts((await readPinned(quality)).toString())) : undefined;
  const named: [string, FilterRule[]][] = [
    ['*', rules],
    ...Object.entries(byLanguage),
    ...Object.entries(bySource).map(([id, own]): [string, FilterRule[]] => [`@${id}`, own]),
  ];
  const all = new Map<string, { cascade: Cascade; counts: RuleCount[] }>();
  for (const [name, own] of named) {
    const cascade = compileCascade(own, { lists, model });
    all.set(name, { cascade, counts: cascade.rules.map(countOf) });
  }
  const met = new Set<string>();
  return {
    of({ meta }: CorpusDocument) {
      const name = [`@${meta.sourceId}`, meta.language, '*'].find((each) => all.has(each)) as string;
      met.add(name);
      return all.get(name) as { cascade: Cascade; counts: RuleCount[] };
    },
    trace(): UnitTrace {
      const seen = [...all].filter(([name]) => met.has(name));
      return {
        emptyLists: [...new Set(seen.flatMap(([, { cascade }]) => cascade.emptyLists))],
        cascades: Object.fromEntries(seen.map(([name, { counts }]) => [name, counts])),
      };
    },
  };
}

function countOf({ rule, step }: Cascade['rules'][number]): RuleCount {
  const { filter: name, list = null, params } = rule;
  return { filter: name, list, params, origin: step.origin, dropped: {}, changed: {} };
}

/** Lines of JSON strings or of {"text"}; anything else is a text of its own. */
export function* goodTexts(text: string): Generator<string> {
  for (const line of text.split('\n')) {
    if (line !== '') yield textOf(line);
  }
}

function textOf(line: string): string {
  if (!/^["{]/.test(line)) return line;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'string') return value;
    const { text } = value as { text?: unknown };
    return typeof text === 'string' ? text : line;
  } catch {
    return line; // a sentence may begin with a quotation mark
  }
}
