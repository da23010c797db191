// From the settings of a card or a recipe to the model's configuration and the trainer's options.

import type { PretrainSettings } from '@tsudoi/schema';
import type { CommonConfig } from '../models/config.ts';
import type { ModelConfig } from '../models/families.ts';
import type { TrainerOptions } from './trainer.ts';

export interface Vocabulary {
  readonly vocabSize: number;
  readonly eosId: number;
  readonly padId: number;
}

export function configFor(
  { model, sequenceLength }: Pick<PretrainSettings, 'model' | 'sequenceLength'>,
  { vocabSize, eosId, padId }: Vocabulary,
): ModelConfig {
  const common: CommonConfig = {
    vocabSize,
    hiddenSize: model.hiddenSize,
    layers: model.layers,
    heads: model.heads,
    intermediateSize: model.intermediateSize,
    maxPositions: sequenceLength,
    tieEmbeddings: model.tieWordEmbeddings,
    initializerRange: model.initializerRange,
    bosTokenId: eosId, // what stands before a document in the packed shards
    eosTokenId: eosId,
    padTokenId: padId,
  };
  if (model.architecture === 'gpt2') return { ...common, family: 'gpt2', normEps: model.layerNormEps };
  if (model.architecture === 'gpt_neox') {
    return {
      ...common,
      family: 'gpt_neox',
      normEps: model.layerNormEps,
      rotaryShare: model.rotaryPct,
      ropeTheta: model.ropeTheta,
      parallelResidual: model.parallelResidual,
    };
  }
  return {
    ...common,
    keyValueHeads: model.keyValueHeads,
    ropeTheta: model.ropeTheta,
    normEps: model.rmsNormEps,
  };
}

export function trainerOptionsFor(settings: PretrainSettings, config: ModelConfig): TrainerOptions {
  const { optimizer, batchSize, sequenceLength, seed, steps, accumulation, zLoss, rematerialise } = settings;
  const { warmupSteps, learningRate, minLearningRate } = optimizer;
  const schedule = {
    ...optimizer.schedule,
    ...{ warmupSteps, totalSteps: steps, finalFraction: minLearningRate / learningRate },
  };
  return { config, batchSize, sequenceLength, optimizer, schedule, seed, accumulation, zLoss, rematerialise };
}

/** Sequences of one update. */
export const sequencesPerStep = ({ batchSize, accumulation = 1 }: PretrainSettings): number =>
  batchSize * accumulation;

export const tokensPerStep = (settings: PretrainSettings): number =>
  sequencesPerStep(settings) * settings.sequenceLength;
