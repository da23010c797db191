import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type RecipeOf, Rejection, type Stats } from '@tsudoi/schema';
import type { CorpusDocument } from '../corpus/document.ts';
import { readJsonlGz } from '../corpus/jsonl.ts';
import { placeOf } from '../corpus/mixing/split.ts';
import { isHeldOut } from '../shards/held-out.ts';
import {
  createTokenizer,
  encodeSentencePieceModel,
  encodeTokenizerJson,
  encodeVocab,
  headSize,
  mergedTraining,
  type Tokenizer,
  TokenizerError,
  type TrainingProgress,
  type UnigramModel,
  unigramTraining,
} from '../tokenizer/index.ts';
import { fileOf, inputOf } from './inputs.ts';
import type { Stage, StageContext } from './stage.ts';

/** Share of documents the tokenizer never sees where the recipe names no split. */
const HELD_OUT = 0.01;
const MAX_HELD_OUT_BYTES = 4_000_000;
const SALT = 'tokenizer-sample';

/**
 * Trains the Unigram tokenizer on a sample of the corpus that depends on the documents' ids alone and holds none of the
 * documents that the model is later evaluated on; checks on those that text comes back whole, and measures characters
 * per token by language. A partitioned recipe trains a model per language and merges them behind the head, as LLM-jp's v2.
 */
export const tokenizer: Stage<'tokenizer'> = async (recipe, context) => {
  const { samples, heldOut } = await drawSamples(context, recipe);
  const model = await train(samples, recipe, context);
  context.progress(0.97, { code: 'roundTrip', params: {} });
  const measured = measure(createTokenizer(model), heldOut);
  const files = {
    'tokenizer.json': { content: encodeTokenizerJson(model), mediaType: 'application/json' },
    'tokenizer.model': { content: encodeSentencePieceModel(model), mediaType: 'application/octet-stream' },
    'tokenizer.vocab': { content: encodeVocab(model), mediaType: 'text/tab-separated-values' },
  };
  const written = [];
  for (const [path, { content, mediaType }] of Object.entries(files)) {
    const localPath = join(context.outDir, path);
    await writeFile(localPath, content);
    written.push({ path, localPath, mediaType });
  }
  const drawn = Object.values(samples);
  const stats: Stats = {
    vocabSize: model.pieces.length,
    ...('partitions' in recipe ? { headSize: headSize(recipe.head) } : {}),
    sampleDocuments: drawn.reduce((sum, { texts }) => sum + texts.length, 0),
    sampleBytes: drawn.reduce((sum, { bytes }) => sum + bytes, 0),
    ...measured,
  };
  context.progress(1, { code: 'vocabulary', params: { count: model.pieces.length } });
  return [{ kind: 'tokenizer', title: `Unigram ${model.pieces.length}`, files: written, stats }];
};

interface Sample {
  texts: string[];
  bytes: number;
}
/** All text in one sample, or a sample for each language that a partition is trained on. */
const WHOLE = 'all';

async function drawSamples(context: StageContext, recipe: RecipeOf<'tokenizer'>) {
  const corpus = inputOf(context, 'corpus');
  const split = recipe.heldOut;
  const groups = 'partitions' in recipe ? recipe.partitions.map(({ language }) => language) : null;
  const groupOf = ({ language }: CorpusDocument['meta']) =>
    groups === null ? WHOLE : groups.includes(language) ? language : null;
  const bytesOf = (group: string) =>
    Number(corpus.stats[group === WHOLE ? 'bytes' : `language.${group}.bytes`] ?? 0);
  const candidates = new Map((groups ?? [WHOLE]).map((group) => [group as string, [] as Candidate[]]));
  const heldOut: CorpusDocument[] = [];
  let heldOutBytes = 0;
  for await (const document of readJsonlGz<CorpusDocument>(fileOf(corpus, 'documents.jsonl.gz'))) {
    context.signal.throwIfAborted();
    const place = placeOf(document.meta.id, SALT);
    const unseen = split ? isHeldOut(document.meta.id, split.seed, split.share) : place >= 1 - HELD_OUT;
    const group = groupOf(document.meta);
    const share = group === null ? -1 : Math.min(1, recipe.sampleBytes / Math.max(1, bytesOf(group)));
    if (!unseen && group !== null && place <= share)
      candidates.get(group)?.push({ place, text: document.text });
    else if (unseen && heldOutBytes < MAX_HELD_OUT_BYTES) {
      heldOut.push(document);
      heldOutBytes += Buffer.byteLength(document.text);
    }
  }
  const samples: Record<string, Sample> = {};
  for (const [group, found] of candidates) {
    samples[group] = firstBytes(found, recipe.sampleBytes);
    if (samples[group].texts.length === 0)
      throw groups === null
        ? new Rejection('corpus.empty', { stage: 'tokenizer' })
        : new Rejection('recipe.language-missing', { language: group });
  }
  return { samples, heldOut };
}

interface Candidate {
  place: number;
  text: string;
}

/** In the order of their places, so that neither the choice nor the training depends on the order in the corpus. */
function firstBytes(candidates: Candidate[], limit: number): Sample {
  const texts: string[] = [];
  let bytes = 0;
  for (const { text } of candidates.sort((a, b) => a.place - b.place)) {
    const size = Buffer.byteLength(text);
    if (texts.length > 0 && bytes + size > limit) break;
    texts.push(text);
    bytes += size;
  }
  return { texts, bytes };
}

async function train(
  samples: Record<string, Sample>,
  recipe: RecipeOf<'tokenizer'>,
  context: StageContext,
): Promise<UnigramModel> {
  const training = trainingOf(samples, recipe);
  try {
    for (;;) {
      const step = training.next();
      if (step.done) return step.value;
      context.progress(step.value.fraction * 0.95, step.value.note);
      await setImmediate(); // lets an abort arrive
      context.signal.throwIfAborted();
    }
  } catch (error) {
    const field = 'partitions' in recipe ? 'tokenizer.partitions' : 'tokenizer.vocabSize';
    throw error instanceof TokenizerError ? rejectionOf(error, field) : error;
  }
}

function* trainingOf(
  samples: Record<string, Sample>,
  recipe: RecipeOf<'tokenizer'>,
): Generator<TrainingProgress, UnigramModel> {
  if (!('partitions' in recipe)) {
    const { vocabSize, maxPieceLength, characterCoverage } = recipe;
    return yield* unigramTraining(samples[WHOLE].texts, { vocabSize, maxPieceLength, characterCoverage });
  }
  const names = recipe.partitions.map(({ language }) => language as string);
  const parts = recipe.partitions.map(({ language, ...part }) => ({
    ...part,
    ...{ name: language, texts: samples[language].texts },
  }));
  const steps = mergedTraining(parts, recipe);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value.model;
    // The scores, the last of the steps, come behind the partitions.
    const at = names.indexOf(step.value.what);
    const before = at === -1 ? names.length : at;
    yield { ...step.value, fraction: (before + step.value.fraction) / (names.length + 1) };
  }
}

function rejectionOf({ code, params, message }: TokenizerError, field: string): Rejection {
  if (code === 'VocabularyTooLarge')
    return new Rejection('recipe.vocabulary-too-large', {
      possible: params.largest,
      asked: params.vocabSize,
    });
  if (code === 'NothingToTrainOn') return new Rejection('corpus.empty', { stage: 'tokenizer' });
  return new Rejection('recipe.invalid', { field, problem: message });
}

function measure(made: Tokenizer, documents: CorpusDocument[]): Stats {
  const counts = new Map<string, { characters: number; tokens: number }>();
  let lines = 0;
  for (const { text, meta } of documents) {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const ids = made.encode(line);
      if (made.decode(ids) !== line)
        throw new Error(`the tokenizer does not give back a line of ${meta.path}`);
      const count = counts.get(meta.language) ?? { characters: 0, tokens: 0 };
      for (const _ of line) count.characters++;
      count.tokens += ids.length;
      counts.set(meta.language, count);
      lines++;
    }
  }
  const byLanguage = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    roundTripLines: lines,
    ...Object.fromEntries(
      byLanguage.map(([language, { characters, tokens }]) => [
        `language.${language}.charactersPerToken`,
        Math.round((characters / tokens) * 1000) / 1000,
      ]),
    ),
  };
}
