import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CorpusDocument } from '../corpus/document.ts';
import { readJsonlGz, writeJsonlGz } from '../corpus/jsonl.ts';
import { taskOf } from './tasks.ts';

export interface Estimate {
  readonly task: string;
  /** UTF-8 bytes of text a second of one core, measured on the sample. */
  readonly megabytesPerSecond: number;
  readonly sampleBytes: number;
  readonly totalBytes: number;
  readonly coreHours: number;
  readonly coreHoursPerTerabyte: number;
  readonly costPerTerabyte: number | null;
}

const SAMPLE_BYTES = 4_000_000;

/**
 * What a task will take over all inputs, from its rate on the first 4 MB of text, measured now on this machine in CPU
 * time. The text in all inputs is taken from their compressed sizes at the sample's ratio.
 */
export async function estimateTask(
  name: string,
  rawSettings: unknown,
  inputs: readonly string[],
  pricePerCoreHour: number | null,
): Promise<Estimate> {
  const task = await taskOf(name);
  const settings = task.parse(rawSettings);
  const scratch = await mkdtemp(join(tmpdir(), 'tsudoi-estimate-'));
  try {
    const sample = join(scratch, 'sample.jsonl.gz');
    const sampleBytes = await writeSample(inputs, sample);
    await task.run({ index: 0, path: sample }, scratch, settings); // the first run compiles the code
    const began = process.cpuUsage();
    await task.run({ index: 0, path: sample }, scratch, settings);
    const used = process.cpuUsage(began);
    const seconds = (used.user + used.system) / 1e6;
    const sizes = await Promise.all(inputs.map(async (path) => (await stat(path)).size));
    const ratio = sampleBytes / (await stat(sample)).size;
    const totalBytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) * ratio);
    const coreHoursPerTerabyte = ((seconds / sampleBytes) * 1e12) / 3600;
    return {
      ...{ task: name, sampleBytes, totalBytes, coreHoursPerTerabyte },
      megabytesPerSecond: sampleBytes / 1e6 / seconds,
      coreHours: (coreHoursPerTerabyte * totalBytes) / 1e12,
      costPerTerabyte: pricePerCoreHour === null ? null : pricePerCoreHour * coreHoursPerTerabyte,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function writeSample(inputs: readonly string[], path: string): Promise<number> {
  const writer = writeJsonlGz(path);
  let bytes = 0;
  for (const input of inputs) {
    for await (const document of readJsonlGz<CorpusDocument>(input)) {
      bytes += Buffer.byteLength(document.text);
      await writer.write(document);
      if (bytes >= SAMPLE_BYTES) break;
    }
    if (bytes >= SAMPLE_BYTES) break;
  }
  await writer.close();
  if (bytes === 0) throw new Error('the inputs hold no documents');
  return bytes;
}
