import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CorpusManifest, manifestFile } from '../corpus/build/manifest.ts';
import { loadModel } from '../io/model-folder.ts';
import { openShards } from '../shards/open-shards.ts';
import { natsByDocument, type Window, windowsOf } from '../stages/evaluation/windows.ts';
import { createTokenizer, decodeTokenizerJson } from '../tokenizer/index.ts';
import { createEvaluator } from '../train/evaluator.ts';
import { bitsPerByteFromNats } from './bits-per-byte.ts';

/** Tokens scored at once: bounds the memory of the logits. */
const BATCH_TOKENS = 2048;

/** What cannot be compared; one line. */
export class ComparisonError extends Error {
  override readonly name = 'ComparisonError';
}

/** Held-out documents of one language, the same for every model. */
interface HeldOut {
  language: string;
  documents: Int32Array[];
  /** UTF-8 bytes of their texts. */
  bytes: number;
}

export interface MixtureScore {
  mixture: string;
  /** Percent of the training tokens by language. */
  shares: Record<string, number>;
  /** By language. */
  bitsPerByte: Record<string, number>;
}

export interface MixtureComparison {
  heldOut: { language: string; documents: number; bytes: number }[];
  scores: MixtureScore[];
  /** Mixtures that no model was trained on yet. */
  untrained: string[];
}

export interface ComparisonOptions {
  /** Whole documents of the validation split are taken until a language has so many tokens. */
  tokens: number;
  threads?: number;
  progress(line: string): void;
}

/**
 * What a study of mixing ratios asks: how well the model of each mixture predicts each language, in bits per byte over
 * the same validation documents. `folder` is what a corpus build finished; models lie in trainings/NAME/model, where the
 * training recipes beside the shards put them. @throws ComparisonError
 */
export async function compareMixtures(
  folder: string,
  options: ComparisonOptions,
): Promise<MixtureComparison> {
  const manifest = await readManifest(folder);
  const tokenizer = createTokenizer(
    decodeTokenizerJson(await readFile(join(folder, manifest.tokenizer.path), 'utf8')),
  );
  const heldOut = manifest.shards
    .filter(({ split }) => split === 'validation')
    .map(({ language, bin, idx }) => {
      const documents = documentsOf(join(folder, idx), join(folder, bin), options.tokens);
      const bytes = documents.reduce((sum, ids) => sum + Buffer.byteLength(tokenizer.decode(ids)), 0);
      return { language: language ?? 'all', documents, bytes };
    })
    .filter(({ bytes }) => bytes > 0);
  if (heldOut.length === 0)
    throw new ComparisonError(`${folder} has no validation documents: raise split.validation in its recipe`);
  const modelOf = (name: string) => join(folder, 'trainings', name, 'model');
  const isTrained = ({ name }: { name: string }) => existsSync(join(modelOf(name), 'config.json'));
  const trained = manifest.mixtures.filter(isTrained);
  if (trained.length === 0)
    throw new ComparisonError(
      `no mixture of ${folder} has a model yet: npm run -s train -- ${join(folder, 'shards', manifest.mixtures[0]?.name ?? 'NAME', 'training.json')}`,
    );
  const scores: MixtureScore[] = [];
  for (const { name, tokens, shares } of trained) {
    options.progress(`scoring ${name}`);
    const byLanguage = Map.groupBy(shares, ({ language }) => language);
    const percent = [...byLanguage].map(([language, some]) => [
      language,
      Number(((100 * some.reduce((sum, share) => sum + share.tokens, 0)) / Math.max(1, tokens)).toFixed(1)),
    ]);
    scores.push({
      mixture: name,
      shares: Object.fromEntries(percent),
      bitsPerByte: await scoreModel(modelOf(name), heldOut, tokenizer.eosId, options.threads),
    });
  }
  return {
    heldOut: heldOut.map(({ language, documents, bytes }) => ({
      language,
      documents: documents.length,
      bytes,
    })),
    scores,
    untrained: manifest.mixtures.filter((mixture) => !isTrained(mixture)).map(({ name }) => name),
  };
}

async function readManifest(folder: string): Promise<CorpusManifest> {
  const text = await readFile(join(folder, manifestFile), 'utf8').catch(() => null);
  const parsed = text === null ? undefined : CorpusManifest.safeParse(JSON.parse(text));
  if (!parsed?.success)
    throw new ComparisonError(`${folder} holds no finished corpus: build one with "corpus -- build"`);
  return parsed.data;
}

/** The first whole documents without their end-of-text token. */
function documentsOf(idx: string, bin: string, tokens: number): Int32Array[] {
  const shards = openShards(idx, bin);
  try {
    const taken: Int32Array[] = [];
    for (let i = 0, sum = 0; i < shards.documents && sum < tokens; i++) {
      const ids = shards.document(i);
      taken.push(ids.subarray(0, ids.length - 1));
      sum += ids.length;
    }
    return taken;
  } finally {
    shards.close();
  }
}

async function scoreModel(
  folder: string,
  heldOut: readonly HeldOut[],
  eosId: number,
  threads?: number,
): Promise<Record<string, number>> {
  const { config, parameters } = await loadModel(folder);
  const sequenceLength = config.maxPositions;
  const batchSize = Math.max(1, Math.floor(BATCH_TOKENS / sequenceLength));
  const evaluator = createEvaluator({ config, parameters, batchSize, sequenceLength, threads });
  try {
    const bits: Record<string, number> = {};
    for (const { language, documents, bytes } of heldOut) {
      const windows: Window[] = [...windowsOf(documents, sequenceLength, eosId)];
      const nats = await natsByDocument(windows, {
        ...{ batchSize, sequenceLength, losses: (tokens) => evaluator.losses(tokens) },
        beforeBatch: async () => undefined,
      });
      const sum = [...nats.values()].reduce((all, one) => all + one, 0);
      bits[language] = Number(bitsPerByteFromNats(sum, bytes).toFixed(4));
    }
    return bits;
  } finally {
    evaluator.dispose();
  }
}
