import { CorpusFolderError, documentCorpus } from '../../corpus/documentation/document-corpus.ts';
import { parseOptions, type Subcommand, UsageError } from './subcommand.ts';

const usage = `usage: npm run -s corpus -- document FOLDER [--out FOLDER] [--url URL] [--date YYYY-MM-DD] [--json]
FOLDER is what "corpus -- build" finished. Writes, beside corpus.json unless --out is given: README.md and README.ja.md (dataset cards),
croissant.json (Croissant 1.1), licences.spdx.json (SPDX 2.3), NOTICE, LICENSES/, documentation/statistics.json and documentation/plots/*.svg.
Equal corpora give equal bytes; --date is the day of publication, which nothing else tells.`;

/** Writes everything that is said about a corpus, from the corpus. */
export const document: Subcommand = {
  about: 'cards in two languages, Croissant, SPDX and NOTICE, statistics and plots of a corpus folder',
  usage,
  async run(args, { out, progress }) {
    const { values, positionals } = parseOptions(
      args,
      {
        out: { type: 'string' },
        url: { type: 'string' },
        date: { type: 'string' },
        json: { type: 'boolean' },
      },
      usage,
    );
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0) throw new UsageError(usage);
    if (values.date !== undefined && !isDay(values.date))
      throw new UsageError(`--date takes a day such as 2026-04-01, not "${values.date}"`);
    if (values.url !== undefined && !URL.canParse(values.url))
      throw new UsageError(`--url takes an address, not "${values.url}"`);
    try {
      const { files, statistics } = await documentCorpus(folder, {
        out: values.out ?? folder,
        ...(values.url ? { url: values.url } : {}),
        ...(values.date ? { date: values.date } : {}),
        progress,
      });
      const { documents, characters, bytes } = statistics;
      out(
        values.json
          ? `${JSON.stringify({ documents, characters, bytes, files })}\n`
          : `${documents} documents, ${characters} characters, ${bytes} bytes\n${files.join('\n')}\n`,
      );
      return 0;
    } catch (error) {
      if (!(error instanceof CorpusFolderError)) throw error;
      progress(error.message);
      return 1;
    }
  },
};

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}
