import { compareMixtures, type MixtureComparison } from '../../evaluation/compare-mixtures.ts';
import { countOf, parseOptions, type Subcommand, UsageError } from './subcommand.ts';

const usage = `usage: npm run -s corpus -- compare FOLDER [--tokens N] [--threads N] [--json]
FOLDER is what "corpus -- build" finished from a recipe with mixtures and a training. Train each mixture first:
  npm run -s train -- FOLDER/shards/NAME/training.json
Prints the bits per byte that each trained model needs for each language, over the same documents of the validation split
(--tokens: how many tokens of each language, default 50000): lower is better.`;

/** The answer of a study of mixing ratios. */
export const compare: Subcommand = {
  about: 'models of the mixtures of one corpus: bits per byte by language on its validation split',
  usage,
  async run(args, { out, progress }) {
    const { values, positionals } = parseOptions(
      args,
      { tokens: { type: 'string' }, threads: { type: 'string' }, json: { type: 'boolean' } },
      usage,
    );
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0) throw new UsageError(usage);
    const comparison = await compareMixtures(folder, {
      tokens: countOf(values.tokens ?? '50000', '--tokens'),
      ...(values.threads === undefined ? {} : { threads: countOf(values.threads, '--threads') }),
      progress,
    });
    out(values.json ? `${JSON.stringify(comparison)}\n` : table(comparison));
    return 0;
  },
};

function table({ heldOut, scores, untrained }: MixtureComparison): string {
  const languages = heldOut.map(({ language }) => language);
  const shares = (each: Record<string, number>) =>
    Object.entries(each)
      .filter(([, percent]) => percent > 0)
      .map(([language, percent]) => `${language} ${percent} %`)
      .join(', ');
  const rows = scores.map(({ mixture, shares: parts, bitsPerByte }) =>
    [
      mixture.padEnd(16),
      shares(parts).padEnd(24),
      ...languages.map((language) => bitsPerByte[language].toFixed(3).padStart(8)),
    ].join(' '),
  );
  const sizes = heldOut.map(
    ({ language, documents, bytes }) => `${language} ${documents} documents, ${(bytes / 1e6).toFixed(2)} MB`,
  );
  return [
    ['bits per byte'.padEnd(41), ...languages.map((language) => language.padStart(8))].join(' '),
    ...rows,
    `validation split: ${sizes.join('; ')}`,
    ...(untrained.length > 0 ? [`not trained yet: ${untrained.join(', ')}`] : []),
    '',
  ].join('\n');
}
