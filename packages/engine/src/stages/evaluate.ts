import { readFile } from 'node:fs/promises';
import type { Stats } from '@tsudoi/schema';
import { measure } from './evaluation/measure.ts';
import { reportOf, writeReport } from './evaluation/report.ts';
import { drawSamples } from './evaluation/samples.ts';
import { readHeldOut, readTrainingTexts } from './evaluation/texts.ts';
import { fileOf, inputOf } from './inputs.ts';
import { readModelFiles } from './model-files.ts';
import { compilerMissing } from './pretrain.ts';
import type { Stage } from './stage.ts';

/**
 * Measures a model on documents it has not seen, in bits per byte of UTF-8 so that it can be compared with compressors
 * and with models of other tokenizers, and lets it continue the prompts of the recipe. Rejection: compiler.missing.
 */
export const evaluate: Stage<'evaluate'> = async (recipe, context) => {
  const modelInput = inputOf(context, 'model');
  const model = await readModelFiles((name) => readFile(fileOf(modelInput, name)));
  const heldOut = await readHeldOut(fileOf(inputOf(context, 'token-shards'), 'heldout.jsonl.gz'));
  const training = await readTrainingTexts(fileOf(inputOf(context, 'corpus'), 'documents.jsonl.gz'), heldOut);
  try {
    context.progress(0.05, { code: 'compile', params: {} });
    const measured = await measure(model, heldOut, training, context);
    context.progress(0.9, { code: 'samples', params: {} });
    const samples = await drawSamples(model, recipe, context);
    const report = reportOf(heldOut, measured, samples);
    const { overall, byLanguage } = measured;
    const stats: Stats = {
      bitsPerByteModel: rounded(overall.model),
      bitsPerByteGzip: rounded(overall.gzip),
      bitsPerByteByte5gram: rounded(overall.byte5gram),
      bitsPerByteToken5gram: rounded(overall.token5gram),
      documents: heldOut.documents.length,
      bytes: heldOut.bytes,
      ...Object.fromEntries(
        byLanguage.map((row) => [`language.${row.language}.bitsPerByteModel`, rounded(row.model)]),
      ),
    };
    const files = await writeReport(context.outDir, report, modelInput);
    context.progress(1, { code: 'bitsPerByte', params: { bitsPerByte: overall.model } });
    return [{ kind: 'evaluation', title: `${stats.bitsPerByteModel} bits per byte`, files, stats }];
  } catch (error) {
    throw compilerMissing(error) ?? error;
  }
};

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
