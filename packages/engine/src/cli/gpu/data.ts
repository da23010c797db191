// What the report reads besides its own code: kernel texts, goldens, compiled kernels. From the checkout, or from
// the one data file that lies beside the bundle.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { useTexts } from '../../kernels/cuda/instances.ts';
import { type goldenNames, type ModelGolden, parseGolden, readGolden } from '../../testing/golden.ts';

export const DATA_FILE = 'tsudoi-gpu.data.json';
/** Goldens that the report follows: every family, grouped and tied heads. */
export const REPORT_GOLDENS = [
  'llama-grouped',
  'llama-tied',
  'gpt2-tanh',
  'neox-parallel',
] as const satisfies readonly (typeof goldenNames)[number][];

export interface BundleData {
  readonly kernels: Readonly<Record<string, string>>;
  readonly goldens: Readonly<Record<string, string>>;
  /** Base64 by key of text and architecture. */
  readonly images: Readonly<Record<string, string>>;
}

export interface ReportData {
  readonly goldens: ReadonlyMap<string, ModelGolden>;
  readonly shipped?: ReadonlyMap<string, Uint8Array>;
}

const dataFile = (program: string) => join(dirname(program), DATA_FILE);

/** Whether the running script, by its path, lies in a bundle. */
export const isBundle = (program: string): boolean => existsSync(dataFile(program));

/** `program` is the path of the running script. */
export function readData(program: string): ReportData {
  const path = dataFile(program);
  if (!isBundle(program)) {
    return { goldens: new Map(REPORT_GOLDENS.map((name) => [name, readGolden(name)])) };
  }
  const data = JSON.parse(readFileSync(path, 'utf8')) as BundleData;
  useTexts((file) => data.kernels[file]);
  return {
    goldens: new Map(Object.entries(data.goldens).map(([name, text]) => [name, parseGolden(text)])),
    shipped: new Map(Object.entries(data.images).map(([key, image]) => [key, Buffer.from(image, 'base64')])),
  };
}
