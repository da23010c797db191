import { type Head, headSize, mergeVocabularies, type Partition } from './merge.ts';
import type { UnigramModel } from './model.ts';
import { reestimation } from './reestimate.ts';
import { type TrainingProgress, type UnigramOptions, unigramTraining } from './train.ts';

/** Pieces that a partition's own model has besides: unk, s, /s, pad, newline and 256 bytes. */
const META = 261;

/** A partition and the texts its vocabulary is trained on. */
export interface TrainingPart extends Omit<UnigramOptions, 'vocabSize'>, Pick<Partition, 'stripSpaces'> {
  readonly name: string;
  readonly texts: readonly string[];
  /** Pieces of this partition before the merge. */
  readonly pieces: number;
}

export interface MergedSettings {
  readonly head: Head;
  /** Score of the head; null takes what the text says. */
  readonly headScore: number | null;
  /** EM passes over the texts of all partitions after the merge. */
  readonly epochs: number;
}

/**
 * One vocabulary as LLM-jp's v2 and v3 are made: a Unigram model per partition, merged behind the head, all scores
 * re-estimated on the raw texts. Yields its progress; gives the model and the pieces each partition had before the merge.
 */
export function* mergedTraining(
  parts: readonly TrainingPart[],
  { head, headScore, epochs }: MergedSettings,
): Generator<TrainingProgress & { what: string }, { model: UnigramModel; pieces: Record<string, number> }> {
  const trained: Partition[] = [];
  const counts: Record<string, number> = {};
  for (const { name, texts, pieces, stripSpaces, ...options } of parts) {
    const model = yield* named(name, unigramTraining(texts, { ...options, vocabSize: pieces + META }));
    trained.push({ model, stripSpaces });
    counts[name] = model.pieces.length - META;
  }
  const merged = mergeVocabularies(head, trained);
  const fixed = headScore === null ? undefined : { pieces: headSize(head), score: headScore };
  const all = function* () {
    for (const { texts } of parts) yield* texts;
  };
  const model = yield* named('scores', reestimation(merged, all, { epochs, fixed }));
  return { model, pieces: counts };
}

function* named<T>(
  what: string,
  steps: Generator<TrainingProgress, T>,
): Generator<TrainingProgress & { what: string }, T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield { what, ...step.value };
  }
}
