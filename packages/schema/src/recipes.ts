import { z } from 'zod';
import {
  CascadeSettings,
  CorpusSettings,
  DecontaminationSets,
  FilterRule,
  PartitionedTokenizer,
  RepetitionSettings,
} from './corpus-settings.ts';
import { JobId, RunId, SourceId } from './ids.ts';
import { SourcePart } from './source-part.ts';

/** What a job asks of the node that runs it. */
export const Needs = z.strictObject({
  threads: z.int().min(1).max(1024),
  memoryMiB: z.int().min(64),
  diskMiB: z.int().min(16),
});
export type Needs = z.infer<typeof Needs>;

export const IngestRecipe = z.strictObject({
  kind: z.literal('ingest'),
  sourceId: SourceId,
  parts: z.array(SourcePart).min(1).max(20),
  limits: z.strictObject({
    maxBytes: z.int().positive(),
    maxFiles: z.int().positive(),
    maxSeconds: z.int().positive(),
  }),
});
export const FilterRecipe = z.strictObject({
  kind: z.literal('filter'),
  sourceId: SourceId,
  /** A named preset of the engine; its rules with their thresholds are copied here so that the record is whole. */
  preset: z.string(),
  rules: z.array(FilterRule).min(1),
});
/**
 * Rank `rank` of `ranks` over the documents of a run: its inputs are the sources whose place among the run's is `rank`
 * modulo `ranks`, and each source is a unit with output of its own.
 */
const ofRank = { runId: RunId, rank: z.int().nonnegative(), ranks: z.int().min(1).max(100) };
export const RefineRecipe = z.strictObject({
  kind: z.literal('refine'),
  ...ofRank,
  filter: CascadeSettings.optional(),
  decontaminate: DecontaminationSets.optional(),
});
/** MinHash-LSH as datatrove and LLM-jp corpus v4 run it: character or word n-grams, `buckets` x `rows` hashes of 64 bits. */
export const DedupSettings = z.strictObject({
  ngram: z.int().min(1).max(50),
  buckets: z.int().min(1).max(1000),
  rows: z.int().min(1).max(100),
  seed: z.int().nonnegative(),
});
export const DedupRecipe = DedupSettings.extend({
  kind: z.literal('dedup'),
  runId: RunId,
  /** Repeated paragraphs go first, counted over all inputs. */
  paragraphs: RepetitionSettings.optional(),
  /** So many ranks have decided and removed: their parts are laid one behind the other. Absent: this job does it all. */
  ranks: z.int().min(2).max(100).optional(),
});
/** Deduplication in ranks, first step: the tables of band keys of the rank's sources. */
export const DedupSignRecipe = DedupSettings.extend({ kind: z.literal('dedup-sign'), ...ofRank });
/** Second step, the only one that sees the tables of all ranks, and no text: lists of what each source loses. */
export const DedupGroupRecipe = DedupSettings.extend({
  kind: z.literal('dedup-group'),
  runId: RunId,
  ranks: z.int().min(1).max(100),
});
/** Third step: the documents of the rank's sources without those on the lists. */
export const DedupApplyRecipe = z.strictObject({ kind: z.literal('dedup-apply'), ...ofRank });

/** One Unigram model over everything. */
export const PlainTokenizer = z.strictObject({
  method: z.literal('plain').optional(),
  vocabSize: z.int().min(300).max(1_000_000),
  maxPieceLength: z.int().min(1).max(64),
  characterCoverage: z.number().gt(0.9).max(1),
  /** Train on at most this many UTF-8 bytes, sampled by a stable hash. */
  sampleBytes: z.int().positive(),
});
export const TokenizerSettings = z.discriminatedUnion('method', [PlainTokenizer, PartitionedTokenizer]);
const ofRun = {
  kind: z.literal('tokenizer'),
  runId: RunId,
  /** The split of the run's shards: held-out documents are not trained on. Absent from recipes before version 0.2. */
  heldOut: z.strictObject({ share: z.number().gt(0).lt(0.5), seed: z.int().nonnegative() }).optional(),
};
export const TokenizerRecipe = z.discriminatedUnion('method', [
  PlainTokenizer.extend(ofRun),
  PartitionedTokenizer.extend(ofRun),
]);

export const ShardSettings = z.strictObject({
  sequenceLength: z.int().min(8).max(131_072),
  /** Share of documents held out for evaluation, chosen by a hash of the text so that it stays stable as the corpus grows. */
  heldOutShare: z.number().gt(0).lt(0.5),
  seed: z.int().nonnegative(),
});
export const ShardsRecipe = ShardSettings.extend({ kind: z.literal('shards'), runId: RunId });

/** Names follow `LlamaConfig` of transformers. */
export const LlamaSettings = z.strictObject({
  architecture: z.literal('llama'),
  hiddenSize: z.int().positive(),
  intermediateSize: z.int().positive(),
  layers: z.int().positive(),
  heads: z.int().positive(),
  keyValueHeads: z.int().positive(),
  ropeTheta: z.number().positive(),
  rmsNormEps: z.number().positive(),
  tieWordEmbeddings: z.boolean(),
  /** Deviation of the initial weights; 0.02 where it is not set. Narrow models learn faster from about 1 / sqrt(hiddenSize). */
  initializerRange: z.number().positive().max(1).optional(),
});
/** Names follow `GPT2Config` of transformers. */
export const Gpt2Settings = z.strictObject({
  architecture: z.literal('gpt2'),
  hiddenSize: z.int().positive(),
  intermediateSize: z.int().positive(),
  layers: z.int().positive(),
  heads: z.int().positive(),
  layerNormEps: z.number().positive(),
  tieWordEmbeddings: z.boolean(),
  initializerRange: z.number().positive().max(1).optional(),
});
/** Names follow `GPTNeoXConfig` of transformers. */
export const NeoxSettings = z.strictObject({
  architecture: z.literal('gpt_neox'),
  hiddenSize: z.int().positive(),
  intermediateSize: z.int().positive(),
  layers: z.int().positive(),
  heads: z.int().positive(),
  /** Share of each head that is rotated. */
  rotaryPct: z.number().gt(0).max(1),
  ropeTheta: z.number().positive(),
  /** Attention and MLP side by side, as EleutherAI trains; one after the other, as rinna does. */
  parallelResidual: z.boolean(),
  layerNormEps: z.number().positive(),
  tieWordEmbeddings: z.boolean(),
  initializerRange: z.number().positive().max(1).optional(),
});
export const ModelSettings = z.discriminatedUnion('architecture', [
  LlamaSettings,
  Gpt2Settings,
  NeoxSettings,
]);
export type ModelSettings = z.infer<typeof ModelSettings>;

/** How the learning rate falls after the warm-up; a cosine over all steps where it is absent. */
export const ScheduleSettings = z.strictObject({
  kind: z.enum(['cosine', 'linear', 'wsd']),
  /** wsd: steps of the decay at the end; a tenth of all where it is absent. */
  decaySteps: z.int().positive().optional(),
});

export const OptimizerSettings = z.strictObject({
  /** Muon takes the matrices inside the layers and leaves the rest to AdamW. */
  name: z.enum(['adamw', 'muon']),
  learningRate: z.number().positive(),
  minLearningRate: z.number().nonnegative(),
  warmupSteps: z.int().nonnegative(),
  beta1: z.number().gt(0).lt(1),
  beta2: z.number().gt(0).lt(1),
  eps: z.number().positive(),
  weightDecay: z.number().nonnegative(),
  clipNorm: z.number().positive(),
  schedule: ScheduleSettings.optional(),
});
export const PretrainSettings = z.strictObject({
  model: ModelSettings,
  optimizer: OptimizerSettings,
  /** Sequences that go through the model at once. */
  batchSize: z.int().positive(),
  /** Batches averaged before one update; 1 where it is absent. */
  accumulation: z.int().positive().max(256).optional(),
  /** Weight of the squared log-sum-exp of the logits; none where it is absent. LLM-jp v3 trains with 1e-4. */
  zLoss: z.number().nonnegative().optional(),
  /** What the backward pass computes again instead of keeping it: cheap values (the default) or whole blocks. */
  rematerialise: z.enum(['cheap', 'block']).optional(),
  sequenceLength: z.int().positive(),
  steps: z.int().positive(),
  seed: z.int().nonnegative(),
  checkpointEvery: z.int().positive(),
  /** bfloat16: products and kept activations in bfloat16, weights and sums in float32; on CUDA devices only. */
  precision: z.enum(['float32', 'bfloat16']),
});
export type PretrainSettings = z.infer<typeof PretrainSettings>;
export const PretrainRecipe = PretrainSettings.extend({ kind: z.literal('pretrain'), runId: RunId });

export const EvaluateSettings = z.strictObject({
  prompts: z.array(z.string().max(500)).max(16),
  sampleTokens: z.int().min(0).max(512),
  temperature: z.number().nonnegative(),
  topP: z.number().gt(0).max(1),
  seed: z.int().nonnegative(),
});
export const EvaluateRecipe = EvaluateSettings.extend({ kind: z.literal('evaluate'), runId: RunId });

export const Recipe = z.discriminatedUnion('kind', [
  IngestRecipe,
  FilterRecipe,
  RefineRecipe,
  DedupSignRecipe,
  DedupGroupRecipe,
  DedupApplyRecipe,
  DedupRecipe,
  TokenizerRecipe,
  ShardsRecipe,
  PretrainRecipe,
  EvaluateRecipe,
]);
export type Recipe = z.infer<typeof Recipe>;
export type JobKind = Recipe['kind'];
export const JobKind = z.enum([
  'ingest',
  'filter',
  'refine',
  'dedup-sign',
  'dedup-group',
  'dedup-apply',
  'dedup',
  'tokenizer',
  'shards',
  'pretrain',
  'evaluate',
]);
export type RecipeOf<K extends JobKind> = Extract<Recipe, { kind: K }>;

/** The kinds of jobs that the planner drafts for a run; ingest and filter belong to a source. */
export const RunJobKind = JobKind.exclude(['ingest', 'filter']);
export type RunJobKind = z.infer<typeof RunJobKind>;

const GatedKinds = z.array(RunJobKind).refine((kinds) => new Set(kinds).size === kinds.length, {
  error: 'each kind of job is named once',
});
/** The jobs of a run at which a supervisor looks: before they start, and before their results count. */
export const RunGates = z.strictObject({ start: GatedKinds, end: GatedKinds });
export type RunGates = z.infer<typeof RunGates>;

/** The card of a run, registered before anything of it starts. A run whose settings differ from it is refused. */
export const RunCard = z.strictObject({
  title: z.string().min(3).max(120),
  purpose: z.string().min(3).max(2000),
  sourceIds: z.array(SourceId).min(1).max(100),
  /** Without it the run takes the filtered documents of its sources as they are. */
  corpus: CorpusSettings.optional(),
  dedup: DedupSettings,
  tokenizer: TokenizerSettings,
  shards: ShardSettings,
  pretrain: PretrainSettings,
  evaluate: EvaluateSettings,
  needs: Needs,
  /** Where set, a supervisor must approve the pretraining job before it is queued. */
  startCheck: z.boolean(),
  /** Every other look of a supervisor. `startCheck` stays the short way to say `pretrain` in `start`: `gatesOf` reads both. */
  gates: RunGates.optional(),
});
export type RunCard = z.infer<typeof RunCard>;

/** The uploaded files that a job reads besides its inputs. */
export function uploadsOf(recipe: Recipe): { sha256: string; size: number }[] {
  if (recipe.kind === 'ingest')
    return recipe.parts.flatMap(({ location }) => (location.kind === 'upload' ? [location] : []));
  return recipe.kind === 'refine' ? settingsFiles(recipe) : [];
}

/** Word lists, texts of a quality model and test sets that settings name. */
export function settingsFiles({ filter, decontaminate }: Pick<CorpusSettings, 'filter' | 'decontaminate'>) {
  const { lists = {}, quality } = filter ?? {};
  return [...Object.values(lists), ...(quality ? [quality] : []), ...(decontaminate?.sets ?? [])];
}

export const JobRef = z.strictObject({ jobId: JobId });
