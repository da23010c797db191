import {
  type CommandData,
  deterministicId,
  gatesOf,
  type Needs,
  type Recipe,
  type RunCard,
  type RunJobKind,
  type SourcePart,
} from '@tsudoi/schema';

export type JobDraft = CommandData<'job.draft'>;
/** The filter rules for a source, by the languages of its parts; the engine owns the presets. */
export type FilterPresets = (parts: SourcePart[]) => { preset: string; rules: FilterRules };
type FilterRules = Extract<Recipe, { kind: 'filter' }>['rules'];
type RunRecipe = Extract<Recipe, { kind: RunJobKind }>;

const MAX_EPOCHS = 5;
/** Training goes on from its checkpoint, so nodes that come and go do not waste it. */
const MAX_TRAINING_EPOCHS = 50;
const MIB = 1024 * 1024;
/** One source may not fill a donor's disk; a larger one is proposed in parts. */
const INGEST_LIMITS = { maxBytes: 256 * MIB, maxFiles: 50_000, maxSeconds: 900 };
const CORPUS_NEEDS: Needs = { threads: 1, memoryMiB: 1024, diskMiB: 1024 };

export function ingestDraft(sourceId: string, parts: SourcePart[]): JobDraft {
  return draft({ kind: 'ingest', sourceId, parts, limits: INGEST_LIMITS }, [], [sourceId], CORPUS_NEEDS);
}

export function filterDraft(
  sourceId: string,
  parts: SourcePart[],
  documents: string,
  presets: FilterPresets,
): JobDraft {
  return draft({ kind: 'filter', sourceId, ...presets(parts) }, [documents], [sourceId], CORPUS_NEEDS);
}

/** The jobs of a run, each from its card and the artifacts of the jobs before it, with the gates that the card asks for. */
export function runDrafts(runId: string, card: RunCard) {
  const sources = [...card.sourceIds].sort();
  const gates = gatesOf(card);
  const of = (recipe: RunRecipe, inputs: string[], needs = CORPUS_NEEDS) => ({
    ...draft(recipe, inputs, sources, needs, runId),
    startCheck: gates.start.includes(recipe.kind),
    ...(gates.end.includes(recipe.kind) ? { endCheck: true } : {}),
  });
  const { filter, decontaminate, paragraphs } = card.corpus ?? {};
  return {
    refine: (rank: number, ranks: number, filtered: string[]) => {
      const recipe = { kind: 'refine' as const, runId, rank, ranks, filter, decontaminate };
      return of(withoutUndefined(recipe), [...filtered].sort());
    },
    dedupSign: (rank: number, ranks: number, documents: string[]) =>
      of({ kind: 'dedup-sign', runId, rank, ranks, ...card.dedup }, [...documents].sort()),
    dedupGroup: (ranks: number, signatures: string[]) =>
      of({ kind: 'dedup-group', runId, ranks, ...card.dedup }, [...signatures].sort()),
    dedupApply: (rank: number, ranks: number, inputs: string[]) =>
      of({ kind: 'dedup-apply', runId, rank, ranks }, [...inputs].sort()),
    dedup: (inputs: string[], ranks?: number) => {
      const recipe = { kind: 'dedup' as const, runId, ...card.dedup, paragraphs, ranks };
      return of(withoutUndefined(recipe), [...inputs].sort());
    },
    tokenizer: (corpus: string) => {
      const heldOut = { share: card.shards.heldOutShare, seed: card.shards.seed };
      return of({ kind: 'tokenizer', runId, ...card.tokenizer, heldOut }, [corpus]);
    },
    shards: (corpus: string, tokenizer: string) =>
      of({ kind: 'shards', runId, ...card.shards }, [corpus, tokenizer]),
    pretrain: (shards: string, tokenizer: string) =>
      of({ kind: 'pretrain', runId, ...card.pretrain }, [shards, tokenizer], card.needs),
    evaluate: (inputs: { model: string; shards: string; corpus: string; tokenizer: string }) =>
      of(
        { kind: 'evaluate', runId, ...card.evaluate },
        [inputs.model, inputs.shards, inputs.corpus, inputs.tokenizer],
        card.needs,
      ),
  };
}

/** What a card leaves out, the recipe leaves out too: ids of jobs are hashes of recipes. */
function withoutUndefined<T extends object>(recipe: T): T {
  return Object.fromEntries(Object.entries(recipe).filter(([, value]) => value !== undefined)) as T;
}

function draft(
  recipe: Recipe,
  inputs: string[],
  sourceIds: string[],
  needs: Needs,
  runId: string | null = null,
): JobDraft {
  const jobId = deterministicId('job', recipe.kind, recipe, inputs);
  const maxEpochs = recipe.kind === 'pretrain' ? MAX_TRAINING_EPOCHS : MAX_EPOCHS;
  return { jobId, recipe, inputs, sourceIds, runId, needs, startCheck: false, maxEpochs };
}
