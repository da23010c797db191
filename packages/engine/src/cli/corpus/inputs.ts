import { readFile as readWholeFile } from 'node:fs/promises';
import { DocumentFormat, type FilterRule, Language } from '@tsudoi/schema';
import { type CorpusDocument, documentId } from '../../corpus/document.ts';
import type { CascadeOptions } from '../../corpus/filters/cascade.ts';
import { filterPresets } from '../../corpus/filters/presets.ts';
import { trainQualityModel } from '../../corpus/filters/quality-model.ts';
import { formatOf, formats, localFile } from '../../corpus/readers/local-file.ts';
import { type Cursor, describeProblem } from '../../corpus/readers/problem.ts';
import { type ReadResult, readFile } from '../../corpus/readers/read-file.ts';
import { wordsOfFile } from '../../corpus/word-file.ts';
import { UsageError } from './subcommand.ts';

/** The results of one local file, its format taken from its name unless it is told. */
export function resultsOf(
  path: string,
  format: string | undefined,
  from?: Cursor,
): AsyncGenerator<ReadResult> {
  const chosen = format === undefined ? formatOf(path) : DocumentFormat.safeParse(format).data;
  if (!chosen) throw new UsageError(`cannot tell the format of ${path}; give --format ${formats.join('|')}`);
  return readFile(localFile(path), chosen, from);
}

export interface ReadOptions {
  format?: string;
  language: string;
  progress(line: string): void;
}

/** Documents of local files; what cannot be read is told in one line each, and reading goes on. */
export async function* documentsOf(
  paths: readonly string[],
  { format, language, progress }: ReadOptions,
): AsyncGenerator<CorpusDocument> {
  const known = Language.safeParse(language);
  if (!known.success)
    throw new UsageError(`--language is one of ${Language.options.join(', ')}, not "${language}"`);
  for (const path of paths) {
    for await (const result of resultsOf(path, format)) {
      if ('problem' in result) progress(describeProblem(result));
      else yield documentOf(result, known.data);
    }
  }
}

function documentOf(result: Extract<ReadResult, { text: string }>, language: Language): CorpusDocument {
  const { text, path, attributes } = result;
  const about = {
    id: documentId(text),
    sourceId: 'local',
    path,
    language,
    format: 'text',
    package: path,
    version: '',
  } as const;
  return { text, meta: { ...about, ...attributes } };
}

export function presetRules(preset: string): FilterRule[] {
  const rules = Object.hasOwn(filterPresets, preset) ? filterPresets[preset] : undefined;
  if (!rules)
    throw new UsageError(
      `there is no preset "${preset}"; there are ${Object.keys(filterPresets).join(', ')}`,
    );
  return rules;
}

/** Word lists given as NAME=FILE (one word a line, # begins a comment), and the quality model of a file of good text. */
export async function resources(
  lists: readonly string[],
  quality: string | undefined,
): Promise<CascadeOptions> {
  const loaded: Record<string, string[]> = {};
  for (const each of lists) {
    const [, name, path] = /^([\w-]+)=(.+)$/.exec(each) ?? [];
    if (!name || !path) throw new UsageError(`--list takes NAME=FILE, not "${each}"`);
    loaded[name] = wordsOfFile(await readWholeFile(path, 'utf8'));
  }
  if (quality === undefined) return { lists: loaded };
  const texts: string[] = [];
  for await (const result of resultsOf(quality, undefined)) if ('text' in result) texts.push(result.text);
  return { lists: loaded, model: trainQualityModel(texts) };
}
