import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobNote } from '@tsudoi/schema';
import {
  createTokenizer,
  headSize,
  type MergedSettings,
  mergedTraining,
  type TrainingPart,
  type UnigramModel,
} from '../../tokenizer/index.ts';
import { type Output, parseOptions, type Subcommand, UsageError } from '../corpus/subcommand.ts';
import { needed, splitTexts, writeModel } from './files.ts';
import { type Efficiency, efficiency } from './measure.ts';
import { readRecipe, type TokenizerRecipeFile } from './recipe.ts';

const usage = `usage: npm run -s tokenizer -- train RECIPE.json --out DIR [--json]
Trains one Unigram vocabulary per partition of the recipe, merges them behind the head and re-estimates all scores on the raw text.
Writes tokenizer.model, tokenizer.json, tokenizer.vocab and report.json. Held-out documents are never trained on; the characters
per token in the report are measured on them. Recipe:
  {"partitions": [{"name": "ja", "files": ["ja.jsonl.gz"], "pieces": 60000, "maxPieceLength": 8, "stripSpaces": "all"},
                  {"name": "en", "files": ["en.txt"], "pieces": 40000}], "headScore": -80, "epochs": 2}`;

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
  const parts: (TrainingPart & { texts: string[]; heldOut: string[] })[] = [];
  for (const { files, ...part } of recipe.partitions) {
    const { training, heldOut } = await splitTexts(files, recipe.heldOut, progress);
    parts.push({ ...part, texts: training, heldOut });
  }
  const { model, pieces } = mergedToEnd(parts, recipe, progress);
  const tokenizer = createTokenizer(model);
  const partitions = Object.fromEntries(
    parts.map(({ name, texts, heldOut }) => {
      const measured = efficiency(tokenizer, heldOut);
      return [name, { pieces: pieces[name], trainingTexts: texts.length, heldOut: measured }];
    }),
  );
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  return { model, report: { pieces: model.pieces.length, head: headSize(recipe.head), seconds, partitions } };
}

/** Runs `mergedTraining` and shows its steps. */
export function mergedToEnd(
  parts: readonly TrainingPart[],
  settings: MergedSettings,
  progress: (line: string) => void,
) {
  const reporters = new Map<string, ReturnType<typeof reporter>>();
  const steps = mergedTraining(parts, settings);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const { what, fraction, note } = step.value;
    const report = reporters.get(what) ?? reporter(what, progress);
    reporters.set(what, report);
    report(fraction, note);
  }
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
