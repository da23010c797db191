import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, type RecipeOf, Rejection, type SourcePart, type Stats } from '@tsudoi/schema';
import { type CorpusDocument, documentId } from '../corpus/document.ts';
import { type FetchedLocation, fetchLocation } from '../corpus/fetch/fetch-location.ts';
import { describeLocation, oversized } from '../corpus/fetch/limits.ts';
import { MAX_MEMBER_BYTES, openFiles } from '../corpus/fetch/open-files.ts';
import { discardOnError, type JsonlWriter, writeJsonlGz } from '../corpus/jsonl.ts';
import { readFile, type Unreadable } from '../corpus/readers/read-file.ts';
import { createTally } from '../corpus/tally.ts';
import { outputFiles } from './documents.ts';
import type { Stage, StageContext } from './stage.ts';

/**
 * Fetches a source and reads it into documents: documents.jsonl.gz, one `{text, meta}` a line, in the order of the
 * parts and of each archive. A package may hold a few files that are not UTF-8 or too large; these are passed over and
 * counted. A file that somebody proposed by itself is refused for the same (source.not-utf8, source.oversized).
 * Rejections: source.unreachable, source.oversized, source.not-utf8, source.nothing-matched, corpus.empty, input.invalid.
 */
export const ingest: Stage<'ingest'> = async (recipe, context) => {
  const output = writeJsonlGz(join(context.outDir, 'documents.jsonl.gz'));
  const tally = createTally();
  const stats: Stats = {};
  const fetched = new Map<string, FetchedLocation>();
  const downloads = join(context.outDir, 'downloads');
  const readParts = async () => {
    for (const [index, part] of recipe.parts.entries()) {
      const key = canonicalJson(part.location);
      const what = describeLocation(part.location).slice(0, 200);
      context.progress(index / recipe.parts.length, { code: 'fetch', params: { what } });
      const location =
        fetched.get(key) ??
        (await fetchLocation(part.location, join(downloads, `${index}`), recipe.limits, context));
      fetched.set(key, location);
      const counts = await readPart(part, location, recipe, context, output, tally, index);
      Object.assign(stats, prefixed(`part${index + 1}`, counts));
    }
    await output.close();
  };
  try {
    await discardOnError([output], readParts);
  } finally {
    await rm(downloads, { recursive: true, force: true });
  }
  if (tally.documents === 0) throw new Rejection('corpus.empty', { stage: 'ingest' });
  context.progress(1, { code: 'documents', params: { done: tally.documents } });
  return [
    {
      kind: 'documents',
      title: recipe.parts
        .map((part) => describeLocation(part.location))
        .filter(isFirst)
        .join(', ')
        .slice(0, 200),
      files: outputFiles(context.outDir, ['documents.jsonl.gz']),
      stats: { ...tally.stats(), ...stats },
    },
  ];
};

async function readPart(
  part: SourcePart,
  location: FetchedLocation,
  recipe: RecipeOf<'ingest'>,
  context: StageContext,
  output: JsonlWriter,
  tally: ReturnType<typeof createTally>,
  index: number,
): Promise<Stats> {
  const { files, counts } = openFiles(part.location, location, part.include, recipe.limits, context.signal);
  const skipped = { notUtf8: 0, oversized: 0, empty: 0 };
  let firstNotUtf8 = '';
  const before = tally.documents;
  const pinned = describeLocation(part.location);
  for await (const file of files) {
    for await (const result of readFile(file, part.format)) {
      if ('problem' in result) {
        refuseIfProposedAlone(part, result);
        if (result.problem === 'not-utf8') {
          skipped.notUtf8 += 1;
          firstNotUtf8 ||= `${result.file} @ ${result.offset}`;
        } else skipped[result.problem] += 1;
        continue;
      }
      const document: CorpusDocument = {
        text: result.text,
        meta: {
          id: documentId(result.text),
          sourceId: recipe.sourceId,
          path: result.path,
          language: part.language,
          format: part.format,
          package: 'package' in part.location ? part.location.package : pinned,
          version: location.version,
        },
      };
      tally.add(document);
      await output.write(document);
    }
    if (counts.files % 100 === 0) {
      context.progress((index + 0.5) / recipe.parts.length, {
        code: 'documents',
        params: { done: tally.documents },
      });
    }
  }
  return {
    location: pinned,
    version: location.version,
    sha256: location.sha256,
    fetchedBytes: location.bytes,
    files: counts.files,
    documents: tally.documents - before,
    emptyFiles: skipped.empty,
    notUtf8Files: skipped.notUtf8,
    oversizedFiles: skipped.oversized + counts.oversizedFiles,
    ...(firstNotUtf8 ? { firstNotUtf8 } : {}),
  };
}

function refuseIfProposedAlone(part: SourcePart, { problem, file, offset }: Unreadable): void {
  if (part.location.kind === 'deb' || part.location.kind === 'npm') return;
  if (problem === 'not-utf8') throw new Rejection('source.not-utf8', { file, offset });
  if (problem === 'oversized') throw oversized(part.location, MAX_MEMBER_BYTES);
}

function prefixed(prefix: string, stats: Stats): Stats {
  return Object.fromEntries(Object.entries(stats).map(([key, value]) => [`${prefix}.${key}`, value]));
}

function isFirst(value: string, index: number, all: string[]): boolean {
  return all.indexOf(value) === index;
}
