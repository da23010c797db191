import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text as streamText } from 'node:stream/consumers';
import { manifestFile } from '../../corpus/build/manifest.ts';
import { CorpusFolderError } from '../../corpus/documentation/document-corpus.ts';
import { indexFile } from '../../corpus/search/build-index.ts';
import { defaultIndexFolder, indexCorpus } from '../../corpus/search/corpus-index.ts';
import { type Hit, openIndex, type SearchIndex } from '../../corpus/search/open-index.ts';
import { traceText } from '../../corpus/search/trace.ts';
import { countOf, type Output, parseOptions, type Subcommand, UsageError } from './subcommand.ts';

const usage = `usage: npm run -s corpus -- search CORPUS "text" [--exact] [--limit N] [--index FOLDER] [--json]
       npm run -s corpus -- search CORPUS --trace FILE|- [--min UNITS] [--limit N] [--index FOLDER] [--json]
       npm run -s corpus -- search CORPUS --build [--segment-units N] [--index FOLDER] [--json]
CORPUS is the folder of a build or one JSONL.gz file. Without --exact documents are ranked by BM25 (Japanese in pairs of characters, all else
in words). --trace reads a generated text and lists its longest spans that stand verbatim in the corpus, with documents and licences.
--build makes the index (CORPUS.search unless --index is given) and goes on where an earlier build stopped; so does the first search after
the corpus was made or changed.`;

/** Where a text stands in a corpus. */
export const search: Subcommand = {
  about: 'exact and ranked search over a corpus, and where spans of a generated text stand in it',
  usage,
  async run(args, output) {
    const { values, positionals } = parseOptions(
      args,
      {
        exact: { type: 'boolean' },
        build: { type: 'boolean' },
        trace: { type: 'string' },
        min: { type: 'string', default: '24' },
        limit: { type: 'string', default: '10' },
        index: { type: 'string' },
        'segment-units': { type: 'string' },
        json: { type: 'boolean' },
      },
      usage,
    );
    const [corpus, query, ...more] = positionals;
    const modes = [query !== undefined, values.trace !== undefined, values.build === true];
    if (corpus === undefined || more.length > 0 || modes.filter(Boolean).length !== 1)
      throw new UsageError(usage);
    const limit = countOf(values.limit, '--limit');
    const minimum = countOf(values.min, '--min');
    const folder = values.index ?? defaultIndexFolder(corpus);
    const units = values['segment-units'];
    const settings = units === undefined ? {} : { segmentUnits: countOf(units, '--segment-units') };
    try {
      if (values.build || !(await isIndexed(corpus, folder))) {
        const summary = await indexCorpus(corpus, folder, { ...settings, progress: output.progress });
        if (values.build) {
          output.out(
            values.json
              ? `${JSON.stringify(summary)}\n`
              : `${summary.documents} documents in ${summary.segments} segments\n`,
          );
          return 0;
        }
      }
      const index = openIndex(folder);
      try {
        if (values.trace !== undefined)
          await trace(index, values.trace, { limit, minimum, json: values.json }, output);
        else find(index, query as string, { limit, exact: values.exact, json: values.json }, output);
      } finally {
        index.close();
      }
      return 0;
    } catch (error) {
      if (!(error instanceof CorpusFolderError)) throw error;
      output.progress(error.message);
      return 1;
    }
  },
};

/** Whether the index was finished after the corpus was. */
async function isIndexed(corpus: string, folder: string): Promise<boolean> {
  const changed = (path: string) => stat(path).catch(() => null);
  const index = await changed(join(folder, indexFile));
  const whole = (await changed(join(corpus, manifestFile))) ?? (await changed(corpus));
  return index !== null && whole !== null && whole.mtimeMs <= index.mtimeMs;
}

function find(
  index: SearchIndex,
  query: string,
  { limit, exact, json }: { limit: number; exact?: boolean; json?: boolean },
  { out }: Output,
): void {
  if (exact) {
    const result = index.exact(query, limit);
    const head = `${result.occurrences} occurrences in ${result.documents} documents\n`;
    out(json ? `${JSON.stringify(result)}\n` : head + result.hits.map((hit) => line(hit)).join(''));
    return;
  }
  const hits = index.ranked(query, limit);
  out(
    json
      ? `${JSON.stringify({ hits })}\n`
      : hits.map((hit) => line(hit, hit.score.toFixed(2))).join('') || 'nothing found\n',
  );
}

async function trace(
  index: SearchIndex,
  file: string,
  { limit, minimum, json }: { limit: number; minimum: number; json?: boolean },
  { out }: Output,
): Promise<void> {
  const read = file === '-' ? streamText(process.stdin) : readFile(file, 'utf8');
  const text = (await read).replace(/\r\n?/g, '\n');
  const result = traceText(index, text, { limit, minimum });
  if (json) {
    out(`${JSON.stringify(result)}\n`);
    return;
  }
  const share = result.units === 0 ? 0 : (result.covered / result.units) * 100;
  out(`${share.toFixed(1)}% of ${result.units} units stand in spans of ${minimum} and more\n`);
  for (const span of result.spans) {
    out(
      `-- ${span.to - span.from} units at ${span.from}, ${span.occurrences} times in ${span.documents} documents: ${oneLine(span.text)}\n`,
    );
    for (const hit of span.hits) out(line(hit));
  }
}

const line = (hit: Hit, score = '') =>
  `  ${[score, hit.id, hit.licence, hit.path].filter(Boolean).join('  ')}\n    ${oneLine(hit.excerpt.before)}[${oneLine(hit.excerpt.match)}]${oneLine(hit.excerpt.after)}\n`;

const oneLine = (text: string) => text.replace(/\s+/g, ' ');
