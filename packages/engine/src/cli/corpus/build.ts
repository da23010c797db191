import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildCorpus } from '../../corpus/build/build.ts';
import { estimateBuild } from '../../corpus/build/estimate.ts';
import { manifestFile } from '../../corpus/build/manifest.ts';
import { readCorpusRecipe } from '../../corpus/build/recipe.ts';
import { countOf, gigabytesOf, parseOptions, type Subcommand, UsageError } from './subcommand.ts';

const usage = `usage: npm run -s corpus -- build RECIPE.json [--out DIR] [--threads N] [--memory GB] [--plan] [--json]
Fetches, reads, filters, deduplicates, decontaminates, splits, trains the tokenizer, and packs every mixture of the recipe into
Megatron shards. Running it again goes on where it stopped. Results in DIR (default .tsudoi/corpora/NAME): corpus.json (written
last), documents/, removed/, tokenizer/, shards/, report.html, report.md. --plan fetches nothing but the smallest source: it prints
sizes and core-hours, at rates measured on that source.`;

/** A whole corpus from one recipe. */
export const build: Subcommand = {
  about: 'a whole corpus from one recipe: sources to shards, with a report',
  usage,
  async run(args, { out, progress }) {
    const { values, positionals } = parseOptions(
      args,
      {
        out: { type: 'string' },
        threads: { type: 'string', default: String(availableParallelism()) },
        memory: { type: 'string', default: '2' },
        plan: { type: 'boolean' },
        json: { type: 'boolean' },
      },
      usage,
    );
    const [path] = positionals;
    if (path === undefined || positionals.length > 1) throw new UsageError(usage);
    const threads = countOf(values.threads, '--threads');
    const memory = { gigabytes: gigabytesOf(values.memory) };
    const recipe = await readCorpusRecipe(path);
    const folder = values.out ?? join('.tsudoi', 'corpora', recipe.name);
    if (values.plan) {
      const estimate = await estimateBuild(recipe, folder, progress);
      out(values.json ? `${JSON.stringify(estimate)}\n` : estimate.lines.join('\n').concat('\n'));
      return 0;
    }
    const { manifest, timings } = await buildCorpus({ recipe, out: folder, threads, memory, progress });
    if (values.json) {
      out(`${JSON.stringify({ folder, manifest, timings })}\n`);
      return 0;
    }
    const [first, last] = [manifest.stages[0], manifest.stages.at(-1)];
    const rows = manifest.mixtures.map(
      ({ name, documents, tokens }) => `  ${name.padEnd(16)} ${tokens} tokens in ${documents} documents`,
    );
    out(
      [
        `${last?.after.documents} of ${first.after.documents} documents, ${((last?.after.bytes ?? 0) / 1e6).toFixed(1)} of ${(first.after.bytes / 1e6).toFixed(1)} MB of text`,
        ...rows,
        `${join(folder, manifestFile)} and ${join(folder, 'report.html')}`,
        '',
      ].join('\n'),
    );
    return 0;
  },
};
