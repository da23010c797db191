import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobNote } from '@tsudoi/schema';
import {
  createTokenizer,
  headSize,
  mergeVocabularies,
  type Partition,
  reestimation,
  type UnigramModel,
  unigramTraining,
} from '../../tokenizer/index.ts';
import { type Output, parseOptions, type Subcommand, UsageError } from '../corpus/subcommand.ts';
import { needed, type Split, splitTexts, writeModel } from './files.ts';
import { type Efficiency, efficiency } from './measure.ts';
import { readRecipe, type TokenizerRecipeFile } from './recipe.ts';

const usage = `usage: npm run -s tokenizer -- train RECIPE.json --out DIR [--json]
Trains one Unigram vocabulary per partition of the recipe, merges them behind the head and re-estimates all scores on the raw text.
Writes tokenizer.model, tokenizer.json, tokenizer.vocab and report.json. Held-out documents are never trained on; the characters
per token in the report are measured on them. Recipe:
  {"partitions": [{"name": "ja", "files": ["ja.jsonl.gz"], "pieces": 60000, "maxPieceLength": 8, "stripSpaces": "all"},
                  {"name": "en", "files": ["en.txt"], "pieces": 40000}], "headScore": -80, "epochs": 2}`;

/** Pieces that a partition's own model has besides: unk, s, /s, pad, newline and 256 bytes. */
const META = 261;

/** Shows a step at most every half second, but each kind of note once. */
function reporter(what: string, progress: (line: string) => void) {
  let last = 0;
  let code = '';
  return (fraction: number, note: JobNote) => {
    if (note.code === code && performance.now() - last < 500) return;
    last = performance.now();
    code = note.code;
    const figures = Object.entries(note.params).map(
      ([name, value]) => `${name} ${Number(value).toPrecision(6)}`,
    );
    progress(`${what}: ${(100 * fraction).toFixed(0).padStart(3)} % ${note.code} ${figures.join(', ')}`);
  };
}

function toEnd<T>(
  steps: Generator<{ fraction: number; note: JobNote }, T>,
  report: ReturnType<typeof reporter>,
): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    report(step.value.fraction, step.value.note);
  }
}

export interface TrainingReport {
  pieces: number;
  head: number;
  seconds: number;
  partitions: Record<string, { pieces: number; trainingTexts: number; heldOut: Efficiency }>;
}

/** Trains what the recipe says. */
export async function trainRecipe(
  recipe: TokenizerRecipeFile,
  progress: (line: string) => void,
): Promise<{ model: UnigramModel; report: TrainingReport }> {
  const start = performance.now();
  const parts: (Partition & { name: string; texts: Split })[] = [];
  for (const { name, files, pieces, stripSpaces, ...options } of recipe.partitions) {
    const texts = await splitTexts(files, recipe.heldOut, progress);
    const steps = unigramTraining(texts.training, { ...options, vocabSize: pieces + META });
    parts.push({ name, texts, stripSpaces, model: toEnd(steps, reporter(name, progress)) });
  }
  const merged = mergeVocabularies(recipe.head, parts);
  const head = headSize(recipe.head);
  const fixed = recipe.headScore === null ? undefined : { pieces: head, score: recipe.headScore };
  const all = function* () {
    for (const { texts } of parts) yield* texts.training;
  };
  const steps = reestimation(merged, all, { epochs: recipe.epochs, fixed });
  const model = toEnd(steps, reporter('scores', progress));
  const tokenizer = createTokenizer(model);
  const partitions = Object.fromEntries(
    parts.map(({ name, texts, model: own }) => {
      const heldOut = efficiency(tokenizer, texts.heldOut);
      return [name, { pieces: own.pieces.length - META, trainingTexts: texts.training.length, heldOut }];
    }),
  );
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  return { model, report: { pieces: model.pieces.length, head, seconds, partitions } };
}

function describe({ pieces, head, seconds, partitions }: TrainingReport, dir: string): string {
  const rows = Object.entries(partitions).map(([name, { pieces: own, heldOut }]) => {
    return `  ${name.padEnd(10)} ${String(own).padStart(8)} pieces  ${heldOut.charactersPerToken} characters a token (held-out)`;
  });
  return `${pieces} pieces (${head} of the head) in ${seconds} s, written to ${dir}\n${rows.join('\n')}\n`;
}

export const train: Subcommand = {
  about: 'a vocabulary from a recipe: partitions, merge, re-estimated scores',
  usage,
  async run(args: string[], { out, progress }: Output) {
    const options = { out: { type: 'string' }, json: { type: 'boolean' } } as const;
    const { values, positionals } = parseOptions(args, options, usage);
    if (positionals.length !== 1) throw new UsageError(usage);
    const dir = needed(values.out, '--out', usage);
    const { model, report } = await trainRecipe(await readRecipe(positionals[0]), progress);
    await writeModel(dir, model);
    await writeFile(join(dir, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
    out(values.json ? `${JSON.stringify(report)}\n` : describe(report, dir));
    return 0;
  },
};
