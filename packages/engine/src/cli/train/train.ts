// Trains a recipe to its end: progress on stderr, checkpoints, the loss curve, and the model as a folder.

import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { firstDifference } from '@tsudoi/schema';
import { lineChart } from '../../evaluation/plots.ts';
import { saveModel, writeTokenizerConfig } from '../../io/model-folder.ts';
import { emptyHistory, type TrainingHistory } from '../../train/checkpoint.ts';
import { meet } from '../../train/ranks/group.ts';
import { openRoofMeter, type RoofMeter } from '../../train/roof.ts';
import { type CheckpointStore, runTraining } from '../../train/run.ts';
import type { StepResult } from '../../train/trainer.ts';
import { duration, mebibytes, percent, short } from './format.ts';
import { RecipeError } from './recipe.ts';
import { checkpointPath, readSaved, writeSaved } from './saved.ts';
import { openSession, type Session, type Settings } from './session.ts';

export interface TrainSettings extends Settings {
  readonly signal: AbortSignal;
  /** Shows where the training stands; `last` for lines that stay. */
  status(line: string, last: boolean): void;
}

export interface TrainResult {
  readonly title: string;
  readonly parameters: number;
  readonly steps: number;
  readonly tokens: number;
  readonly loss: number;
  readonly seconds: number;
  readonly tokensPerSecond: number;
  readonly mfu: number;
  readonly roofGflops: number;
  readonly events: TrainingHistory['events'];
  readonly out: string;
}

/** Of several ranks the first writes; all read. */
function storeAt(session: Session, isWriter: boolean): CheckpointStore {
  const { outDir, recipe, data } = session;
  return {
    async save(state, history) {
      if (!isWriter) return { done: Promise.resolve() };
      await writeSaved(outDir, { state, history, pretrain: recipe.pretrain, packed: data.packed });
      await writeCurve(session, history);
      return { done: Promise.resolve() };
    },
    load: () => readSaved(outDir),
  };
}

/** Where to begin; a resumed training must have the settings it was begun with. */
function begin({ checkpoint, recipe, trainer, outDir }: Session) {
  if (!checkpoint) {
    const path = checkpointPath(outDir);
    if (existsSync(path))
      throw new RecipeError(`${path} is there already; go on with --resume, or name another "out"`);
    return { step: 0, history: emptyHistory() };
  }
  const changed = firstDifference(checkpoint.pretrain, recipe.pretrain);
  if (changed) {
    const what = `pretrain.${changed.field} was ${changed.card}, now it is ${changed.actual}`;
    throw new RecipeError(`${what}; a resumed training keeps its settings`);
  }
  trainer.restore(checkpoint.state);
  return { step: checkpoint.state.step, history: checkpoint.history };
}

async function writeCurve(session: Session, history: TrainingHistory): Promise<void> {
  const every = Math.max(1, Math.ceil(history.loss.length / 2000));
  const points = history.loss.map((loss, i) => [i + 1, loss] as const).filter((_, i) => i % every === 0);
  const svg = lineChart({
    ...{
      title: session.recipe.title,
      xLabel: 'step',
      yLabel: 'loss in nats',
      series: [{ name: 'training', points }],
    },
  });
  await writeFile(join(session.outDir, 'loss.svg'), svg);
}

function reporter(settings: TrainSettings, session: Session, meter: RoofMeter) {
  const { steps } = session.recipe.pretrain;
  const world = settings.group?.world ?? 1;
  const recent: number[] = [];
  return async (result: StepResult, seconds: number) => {
    recent.push(seconds);
    if (recent.length > 20) recent.shift();
    const rate = (session.tokensPerStep * recent.length) / recent.reduce((a, b) => a + b, 0);
    // On a busy machine the roof may have been measured at a bad moment.
    const roof = world * (await meter.between((session.flopsPerToken * rate) / world)).flopsPerSecond;
    const parts = [
      `step ${result.step}/${steps}`,
      `loss ${result.loss.toFixed(4)}`,
      `lr ${result.learningRate.toExponential(1)}`,
      `${short(rate)} tokens/s`,
      `MFU ${percent((session.flopsPerToken * rate) / roof)}`,
      mebibytes(world * Math.max(process.memoryUsage.rss(), session.trainer.arenaBytes)),
      `${duration(((steps - result.step) * session.tokensPerStep) / rate)} left`,
    ];
    settings.status(parts.join('  '), result.step === steps);
  };
}

/** @throws RecipeError, TrainingDiverged and whatever opening a session throws; the signal's reason */
export async function train(settings: TrainSettings): Promise<TrainResult> {
  const { group } = settings;
  const session = await openSession(settings);
  const isFirst = !group || group.rank === 0;
  const meter = isFirst ? await openRoofMeter(settings.device, { threads: settings.threads }) : undefined;
  try {
    const { recipe, trainer } = session;
    const from = begin(session);
    await meter?.measure();
    await meet(group); // none writes before all have looked
    const { steps, checkpointEvery } = recipe.pretrain;
    const startedAt = performance.now();
    const history = await runTraining({
      ...{ trainer, batch: session.batch, steps, checkpointEvery, from, watch: recipe.watch },
      ...{ store: storeAt(session, isFirst), signal: settings.signal, saveOnAbort: true },
      onStep: meter && reporter(settings, session, meter),
      onEvent: (event) => settings.status(`step ${event.step}: ${event.kind}: ${event.message}`, true),
    });
    const seconds = (performance.now() - startedAt) / 1000;
    if (isFirst) await finish(session, history);
    const roof = ((await meter?.between())?.flopsPerSecond ?? Number.NaN) * (group?.world ?? 1);
    const rate = ((steps - from.step) * session.tokensPerStep) / seconds;
    return { ...summary(session, history), ...rates(session, rate, roof) };
  } finally {
    meter?.dispose();
    session.close();
  }
}

function summary({ recipe, parameters, tokensPerStep, outDir }: Session, history: TrainingHistory) {
  const { steps } = recipe.pretrain;
  const last = history.loss.slice(-Math.max(10, Math.round(steps / 20)));
  return {
    ...{ title: recipe.title, parameters, steps, tokens: steps * tokensPerStep },
    loss: last.reduce((a, b) => a + b, 0) / last.length,
    ...{ seconds: history.seconds, events: history.events, out: outDir },
  };
}

const rates = ({ flopsPerToken }: Session, tokensPerSecond: number, roof: number) => ({
  ...{ tokensPerSecond, mfu: (flopsPerToken * tokensPerSecond) / roof, roofGflops: roof / 1e9 },
});

async function finish(session: Session, history: TrainingHistory): Promise<void> {
  const { outDir, trainer, config, data } = session;
  const folder = join(outDir, 'model');
  await mkdir(folder, { recursive: true });
  await saveModel(folder, config, await trainer.parameters());
  await writeFile(join(folder, 'tokenizer.json'), data.tokenizerJson);
  const { tokenizer } = data;
  const piece = (id: number) => (id < 0 ? undefined : tokenizer.idToPiece(id));
  const { unkId, eosId, padId } = tokenizer;
  const pieces = { end: piece(eosId), unknown: piece(unkId), padding: piece(padId) };
  await writeTokenizerConfig(folder, pieces, config.maxPositions);
  const rows = history.loss.map((loss, i) => ({
    ...{ step: i + 1, loss, gradNorm: history.gradNorm[i], learningRate: history.learningRate[i] },
  }));
  const metrics = join(outDir, 'metrics.json');
  await writeFile(`${metrics}.part`, `${JSON.stringify({ steps: rows, events: history.events })}\n`);
  await rename(`${metrics}.part`, join(outDir, basename(metrics)));
  // The last checkpoint stays, at the last step: a longer schedule can go on from it.
  const { pretrain } = session.recipe;
  await writeSaved(outDir, { state: await trainer.state(), history, pretrain, packed: data.packed });
  await writeCurve(session, history);
}
