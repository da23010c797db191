import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stepKey, wholeStep } from '../../scale/whole-step.ts';
import {
  createTokenizer,
  decodeTokenizerJson,
  encodeSentencePieceModel,
  encodeTokenizerJson,
  encodeVocab,
  mergedTraining,
  type TrainingPart,
} from '../../tokenizer/index.ts';
import type { CorpusDocument } from '../document.ts';
import { readJsonlGz } from '../jsonl.ts';
import { placeOf } from '../mixing/split.ts';
import { CorpusRecipeError } from './recipe.ts';
import { type BuildContext, documentsOf, type StepResult } from './steps.ts';

export interface BuiltTokenizer {
  readonly folder: string;
  /** File names in the folder. */
  readonly files: string[];
  readonly vocabSize: number;
}

/** Trains the tokenizer of the recipe on the training split, or takes the one it names. */
export async function tokenizerStep(context: BuildContext, before: StepResult): Promise<BuiltTokenizer> {
  const { tokenizer } = context.recipe;
  const inputs = documentsOf(before);
  const key =
    'file' in tokenizer
      ? stepKey(await readFile(tokenizer.file, 'utf8'))
      : stepKey({ train: tokenizer.train, inputs });
  const folder = join(context.work, `tokenizer-${key.slice(0, 12)}`);
  const result = await wholeStep(folder, key, async (making) => {
    if (!('file' in tokenizer)) return train(context, tokenizer.train, inputs, making);
    await copyFile(tokenizer.file, join(making, 'tokenizer.json'));
    const { vocabSize } = createTokenizer(decodeTokenizerJson(await readFile(tokenizer.file, 'utf8')));
    return { files: ['tokenizer.json'], vocabSize };
  });
  return { folder, ...result };
}

type Training = Extract<BuildContext['recipe']['tokenizer'], { train: unknown }>['train'];

async function train(context: BuildContext, settings: Training, inputs: readonly string[], folder: string) {
  const parts: TrainingPart[] = [];
  for (const { language, ...part } of settings.partitions) {
    const texts = await sampleTexts(inputs, language, settings.sampleBytes);
    if (texts.length === 0)
      throw new CorpusRecipeError(`tokenizer: no training document is left in ${language}`);
    parts.push({ ...part, name: language, texts });
  }
  const steps = mergedTraining(parts, settings);
  let shown = '';
  for (;;) {
    const step = steps.next();
    if (step.done) {
      const { model } = step.value;
      await writeFile(join(folder, 'tokenizer.json'), encodeTokenizerJson(model));
      await writeFile(join(folder, 'tokenizer.model'), encodeSentencePieceModel(model));
      await writeFile(join(folder, 'tokenizer.vocab'), encodeVocab(model));
      const files = ['tokenizer.json', 'tokenizer.model', 'tokenizer.vocab'];
      return { files, vocabSize: model.pieces.length };
    }
    const { what, fraction } = step.value;
    const line = `tokenizer: ${what} ${Math.floor(fraction * 10) * 10} %`;
    if (line !== shown) context.say(line);
    shown = line;
  }
}

/** Training documents of a language below a place in the order of hashes, so that about `limit` bytes come together. */
async function sampleTexts(
  paths: readonly string[],
  language: CorpusDocument['meta']['language'],
  limit: number,
): Promise<string[]> {
  const found: { place: number; bytes: number; text: string }[] = [];
  let total = 0;
  let bound = 1;
  for (const path of paths) {
    for await (const { text, meta } of readJsonlGz<CorpusDocument>(path)) {
      if (meta.language !== language || meta.split !== 'train') continue;
      const place = placeOf(meta.id, 'tokenizer');
      if (place >= bound) continue;
      const bytes = Buffer.byteLength(text);
      found.push({ place, bytes, text });
      total += bytes;
      // Twice too much: those with the highest places can never be needed.
      if (total > 2 * limit) ({ total, bound } = cut(found, limit));
    }
  }
  cut(found, limit);
  return found.map(({ text }) => text);
}

/** Drops the documents with the highest places until the rest is at most `limit` bytes. */
function cut(found: { place: number; bytes: number; text: string }[], limit: number) {
  const order = found.toSorted((a, b) => a.place - b.place);
  let total = 0;
  let bound = 1;
  for (const { place, bytes } of order) {
    if (total > 0 && total + bytes > limit) {
      bound = place;
      break;
    }
    total += bytes;
  }
  const kept = found.filter(({ place }) => place < bound);
  found.splice(0, found.length, ...kept);
  return { total, bound };
}
