import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, type RecipeOf, Rejection, type SourcePart, type Stats } from '@tsudoi/schema';
import { type CorpusDocument, documentId } from '../corpus/document.ts';
import { type FetchedLocation, fetchLocation } from '../corpus/fetch/fetch-location.ts';
import { describeLocation, oversized } from '../corpus/fetch/limits.ts';
import { MAX_MEMBER_BYTES, type OpenedCounts, openFiles } from '../corpus/fetch/open-files.ts';
import { discardOnError, type JsonlWriter, writeJsonlGz } from '../corpus/jsonl.ts';
import { describeProblem, type Unreadable } from '../corpus/readers/problem.ts';
import { readFile } from '../corpus/readers/read-file.ts';
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
  const skipped: Record<string, number> = {};
  const converted: Record<string, number> = {};
  let firstUnreadable = '';
  const before = tally.documents;
  const pinned = describeLocation(part.location);
  for await (const file of files) {
    for await (const result of readFile(file, part.format)) {
      if ('problem' in result) {
        refuseIfProposedAlone(part, result);
        skipped[result.problem] = (skipped[result.problem] ?? 0) + 1;
        if (result.problem !== 'empty') firstUnreadable ||= describeProblem(result);
        continue;
      }
      const { encoding } = result.attributes;
      if (encoding) converted[encoding] = (converted[encoding] ?? 0) + 1;
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
          ...result.attributes,
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
    ...problemCounts(skipped, counts),
    ...(firstUnreadable ? { firstUnreadable } : {}),
    ...prefixed('converted', converted),
  };
}

/** Records that gave no document, by why; the usual reasons are named even where there were none. */
function problemCounts(skipped: Record<string, number>, counts: OpenedCounts): Stats {
  const { empty = 0, oversized: tooLarge = 0, 'not-text': notText = 0, ...rest } = skipped;
  const damaged = Object.values(rest).reduce((sum, count) => sum + count, 0);
  return {
    emptyFiles: empty,
    notUtf8Files: notText,
    oversizedFiles: tooLarge + counts.oversizedFiles,
    ...(damaged > 0 ? { damagedFiles: damaged } : {}),
    ...(counts.notWrittenFiles > 0 ? { notWrittenFiles: counts.notWrittenFiles } : {}),
  };
}

/** The owner of a file can mend it; of a package with a thousand files, the few that cannot be read are counted. */
function refuseIfProposedAlone(part: SourcePart, found: Unreadable): void {
  if (part.location.kind === 'deb' || part.location.kind === 'npm' || found.problem === 'empty') return;
  if (found.problem === 'not-text')
    throw new Rejection('source.not-utf8', { file: found.file, offset: found.offset });
  if (found.problem === 'bomb') throw oversized(part.location, MAX_MEMBER_BYTES);
  throw new Rejection('source.unreadable', { problem: describeProblem(found) });
}

function prefixed(prefix: string, stats: Stats): Stats {
  return Object.fromEntries(Object.entries(stats).map(([key, value]) => [`${prefix}.${key}`, value]));
}

function isFirst(value: string, index: number, all: string[]): boolean {
  return all.indexOf(value) === index;
}
