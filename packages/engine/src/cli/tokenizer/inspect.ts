import { PieceType, type UnigramModel } from '../../tokenizer/index.ts';
import { parseOptions, type Subcommand, UsageError } from '../corpus/subcommand.ts';
import { readModel } from './files.ts';

const usage = `usage: npm run -s tokenizer -- inspect MODEL [--json]
What a .model or tokenizer.json holds: pieces by type and script, lengths, scores, special ids.`;

const SCRIPTS: [string, RegExp][] = [
  ['japanese', /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u],
  ['latin', /\p{sc=Latin}/u],
  ['other letters', /\p{L}/u],
  ['digits', /\p{N}/u],
  ['spaces', /^[\u2581\s]+$/u],
];

export function inspectModel(model: UnigramModel) {
  const types = Object.fromEntries(
    Object.entries(PieceType).map(([name, type]) => [
      name,
      model.pieces.filter((piece) => piece.type === type).length,
    ]),
  );
  const normal = model.pieces.filter(({ type }) => type === PieceType.normal);
  const scripts: Record<string, number> = {};
  const lengths: Record<number, number> = {};
  for (const { piece } of normal) {
    const script = SCRIPTS.find(([, pattern]) => pattern.test(piece))?.[0] ?? 'symbols';
    scripts[script] = (scripts[script] ?? 0) + 1;
    const length = [...piece].length;
    lengths[length] = (lengths[length] ?? 0) + 1;
  }
  const sorted = normal.map(({ score }) => score).sort((a, b) => a - b);
  return {
    pieces: model.pieces.length,
    types,
    scripts,
    lengths,
    scores: { least: sorted[0], median: sorted[sorted.length >> 1], most: sorted.at(-1) },
    ids: { unk: model.unkId, bos: model.bosId, eos: model.eosId, pad: model.padId },
    byteFallback: model.byteFallback,
    addDummyPrefix: model.addDummyPrefix,
  };
}

export const inspect: Subcommand = {
  about: 'what a model holds',
  usage,
  async run(args, { out }) {
    const { values, positionals } = parseOptions(args, { json: { type: 'boolean' } }, usage);
    if (positionals.length !== 1) throw new UsageError(usage);
    const found = inspectModel(await readModel(positionals[0]));
    if (values.json) out(`${JSON.stringify(found)}\n`);
    else {
      for (const [name, value] of Object.entries(found)) {
        const shown =
          typeof value === 'object'
            ? Object.entries(value)
                .map(([key, of]) => `${key} ${of}`)
                .join(', ')
            : value;
        out(`${name.padEnd(16)} ${shown}\n`);
      }
    }
    return 0;
  },
};
