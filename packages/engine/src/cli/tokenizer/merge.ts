import {
  headSize,
  LLM_JP_HEAD,
  mergeVocabularies,
  reestimation,
  type SpaceStripping,
} from '../../tokenizer/index.ts';
import { numberOf, parseOptions, type Subcommand, UsageError } from '../corpus/subcommand.ts';
import { named, needed, readModel, splitTexts, writeModel } from './files.ts';

const usage = `usage: npm run -s tokenizer -- merge all=JA.model symbols=EN.model … --text FILE… --out DIR [--epochs 2] [--head-score -80] [--json]
Merges vocabularies in the order given behind LLM-jp's 289 entries and re-estimates the scores on the raw text. The word before "="
says which pieces lose the space in front of them: all (Japanese), symbols (English, code) or none.`;

const HOW: readonly string[] = ['all', 'symbols', 'none'] satisfies SpaceStripping[];

export const merge: Subcommand = {
  about: 'one vocabulary out of several models',
  usage,
  async run(args, { out, progress }) {
    const { values, positionals } = parseOptions(
      args,
      {
        text: { type: 'string', multiple: true, default: [] },
        out: { type: 'string' },
        epochs: { type: 'string', default: '2' },
        'head-score': { type: 'string' },
        json: { type: 'boolean' },
      },
      usage,
    );
    const parts = named(positionals);
    if (parts.length === 0 || values.text.length === 0) throw new UsageError(usage);
    const wrong = parts.find(({ name }) => !HOW.includes(name));
    if (wrong)
      throw new UsageError(`"${wrong.name}" is not one of ${HOW.join(', ')}; write all=${wrong.path}`);
    const dir = needed(values.out, '--out', usage);
    const partitions = [];
    for (const { name, path } of parts) {
      partitions.push({ model: await readModel(path), stripSpaces: name as SpaceStripping });
    }
    const merged = mergeVocabularies(LLM_JP_HEAD, partitions);
    const { training } = await splitTexts(values.text, { share: 0, seed: 0 }, progress);
    const score = values['head-score'];
    const steps = reestimation(merged, () => training, {
      epochs: numberOf(values.epochs, '--epochs'),
      fixed:
        score === undefined
          ? undefined
          : { pieces: headSize(LLM_JP_HEAD), score: numberOf(score, '--head-score') },
    });
    let step = steps.next();
    for (; !step.done; step = steps.next()) progress(`scores: ${(100 * step.value.fraction).toFixed(0)} %`);
    await writeModel(dir, step.value);
    const pieces = step.value.pieces.length;
    out(values.json ? `${JSON.stringify({ pieces, dir })}\n` : `${pieces} pieces, written to ${dir}\n`);
    return 0;
  },
};
