import { type Cursor, describeProblem } from '../../corpus/readers/problem.ts';
import { resultsOf } from './inputs.ts';
import { numberOf, parseOptions, type Subcommand, UsageError } from './subcommand.ts';

const usage = `usage: npm run -s corpus -- extract FILE [--format F] [--from RECORD:BYTE] [--limit N] [--json]
Prints one {"text", "path", …} a line. FILE may be JSONL, Parquet, WARC/WET, a MediaWiki dump, HTML, Markdown, a manual page or
text, and compressed. With --limit it stops after N documents and says on stderr from where --from goes on.`;

/** Reads any supported file into JSONL. */
export const extract: Subcommand = {
  about: 'reads a file of any supported format into JSONL, from any record on',
  usage,
  async run(args, { out, progress }) {
    const { values, positionals } = parseOptions(
      args,
      {
        format: { type: 'string' },
        from: { type: 'string' },
        limit: { type: 'string' },
        json: { type: 'boolean' },
      },
      usage,
    );
    const [path] = positionals;
    if (path === undefined || positionals.length > 1) throw new UsageError(usage);
    const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : numberOf(values.limit, '--limit');
    let [documents, problems] = [0, 0];
    let cursor: Cursor = values.from === undefined ? { record: 0, byte: 0 } : cursorOf(values.from);
    if (limit > 0) {
      for await (const result of resultsOf(path, values.format, cursor)) {
        cursor = result.cursor;
        if ('problem' in result) {
          problems += 1;
          progress(describeProblem(result));
          continue;
        }
        documents += 1;
        out(`${JSON.stringify({ text: result.text, path: result.path, ...result.attributes })}\n`);
        if (documents >= limit) break;
      }
    }
    progress(
      `${documents} documents, ${problems} unreadable; go on with --from ${cursor.record}:${cursor.byte}`,
    );
    return documents === 0 && problems > 0 ? 1 : 0;
  },
};

function cursorOf(value: string): Cursor {
  const [, record, byte] = /^(\d+):(\d+)$/.exec(value) ?? [];
  if (record === undefined || byte === undefined)
    throw new UsageError(`--from takes RECORD:BYTE as printed before, not "${value}"`);
  return { record: Number(record), byte: Number(byte) };
}
