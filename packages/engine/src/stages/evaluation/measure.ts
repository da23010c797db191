import { setImmediate } from 'node:timers/promises';
import {
  bitsPerByteFromNats,
  gzipBitsPerByte,
  trainByteNgram,
  trainTokenNgram,
} from '../../evaluation/index.ts';
import { createEvaluator } from '../../train/evaluator.ts';
import type { ModelFiles } from '../model-files.ts';
import type { StageContext } from '../stage.ts';
import type { HeldOut } from './texts.ts';
import { natsByDocument, type Window, windowsOf } from './windows.ts';

/** Tokens scored at once: bounds the memory of the logits for models with long contexts. */
const BATCH_TOKENS = 2048;
const ORDER = 5;

/** Bits per byte of everything that is compared, over the same documents and the same UTF-8 bytes. */
export interface BitsPerByte {
  model: number;
  gzip: number;
  byte5gram: number;
  token5gram: number;
}

export interface Measured {
  overall: BitsPerByte;
  byLanguage: ({ language: string; documents: number; bytes: number } & BitsPerByte)[];
  /** Tokens predicted by the model. */
  tokens: number;
}

type Scores = { bytes: Uint8Array; language: string; model: number; byte5gram: number; token5gram: number };

/** Scores the held-out documents by the model, gzip -9, a byte 5-gram and a token 5-gram trained on the same texts. */
export async function measure(
  model: ModelFiles,
  heldOut: HeldOut,
  trainingTexts: string[],
  context: StageContext,
): Promise<Measured> {
  const { tokenizer } = model;
  const ids = heldOut.documents.map(({ text }) => tokenizer.encode(text));
  const modelNats = await scoreModel(model, ids, context);
  const bytes = heldOut.documents.map(({ text }) => new TextEncoder().encode(text));
  context.progress(0.6, { code: 'byteNgram', params: {} });
  const byteNats = await scoreBytes(trainingTexts, bytes, context);
  context.progress(0.75, { code: 'tokenNgram', params: {} });
  const tokenNats = await scoreTokens(trainingTexts, ids, model, context);
  const scores = heldOut.documents.map(({ meta }, i) => ({
    bytes: bytes[i],
    language: meta.language,
    model: modelNats.get(i) ?? 0,
    byte5gram: byteNats[i],
    token5gram: tokenNats[i],
  }));
  const languages = Map.groupBy(scores, (score) => score.language);
  const byLanguage = [...languages].sort().map(([language, group]) => ({
    language,
    documents: group.length,
    bytes: total(group.map((score) => score.bytes.length)),
    ...bitsOf(group),
  }));
  return { overall: bitsOf(scores), byLanguage, tokens: total(ids.map((one) => one.length)) };
}

async function scoreModel(
  { config, parameters, tokenizer }: ModelFiles,
  ids: Int32Array[],
  context: StageContext,
): Promise<Map<number, number>> {
  const sequenceLength = config.maxPositions;
  const windows: Window[] = [...windowsOf(ids, sequenceLength, tokenizer.eosId)];
  const { threads } = context;
  const batchSize = Math.max(1, Math.floor(BATCH_TOKENS / sequenceLength));
  const evaluator = createEvaluator({ config, parameters, batchSize, sequenceLength, threads });
  try {
    return await natsByDocument(windows, {
      batchSize,
      sequenceLength,
      losses: (tokens) => evaluator.losses(tokens),
      async beforeBatch(done, all) {
        context.progress(0.1 + (0.5 * done) / all, { code: 'windows', params: { done, total: all } });
        await pauseFor(context);
      },
    });
  } finally {
    evaluator.dispose();
  }
}

async function scoreBytes(
  texts: string[],
  documents: Uint8Array[],
  context: StageContext,
): Promise<number[]> {
  await pauseFor(context);
  const utf8 = new TextEncoder();
  const model = trainByteNgram(
    texts.values().map((text) => utf8.encode(text)),
    { order: ORDER },
  );
  return documents.map((document) => model.totalNll(document));
}

async function scoreTokens(
  texts: string[],
  documents: Int32Array[],
  { tokenizer }: ModelFiles,
  context: StageContext,
): Promise<number[]> {
  await pauseFor(context);
  const model = trainTokenNgram(
    texts.values().map((text) => tokenizer.encode(text)),
    { order: ORDER, vocabSize: tokenizer.vocabSize },
  );
  return documents.map((document) => model.totalNll(document));
}

async function pauseFor({ signal }: StageContext): Promise<void> {
  await setImmediate(); // lets an abort arrive
  signal.throwIfAborted();
}

function bitsOf(scores: Scores[]): BitsPerByte {
  const bytes = total(scores.map((score) => score.bytes.length));
  const bits = (key: 'model' | 'byte5gram' | 'token5gram') =>
    bitsPerByteFromNats(total(scores.map((score) => score[key])), bytes);
  return {
    model: bits('model'),
    gzip: gzipBitsPerByte(scores.map((score) => score.bytes)).best,
    byte5gram: bits('byte5gram'),
    token5gram: bits('token5gram'),
  };
}

function total(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
