import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { estimateTask } from '../../scale/estimate.ts';
import { pinFile } from '../../scale/tasks/pinned-file.ts';
import { runCommand } from '../fetch/run-command.ts';
import { CorpusManifest, manifestFile } from './manifest.ts';
import { type CorpusRecipe, rulesOf } from './recipe.ts';
import { documentsOf, ingestStep, unitStats } from './steps.ts';

export interface BuildEstimate {
  /** Null where nothing but fetching tells. */
  sources: { id: string; fetchBytes: number | null; textBytes: number | null; known: boolean }[];
  /** Of the sources with a size. */
  textBytes: number;
  /** Rates measured on `sample`, and what they mean for all the text. */
  sample: string;
  steps: { step: string; megabytesPerSecond: number; coreHours: number }[];
  coreHours: number;
  lines: string[];
}

type RecipeLocation = CorpusRecipe['sources'][number]['parts'][number]['location'];

/**
 * Sizes and core-hours of a build. Packages are asked for their sizes; the smallest source is fetched into a folder that
 * is deleted, and the steps that see every document are timed on it. How much text the other sources hold is known where
 * they were built before, else taken from the sample's bytes of text per byte fetched.
 */
export async function estimateBuild(
  recipe: CorpusRecipe,
  folder: string,
  progress: (line: string) => void,
): Promise<BuildEstimate> {
  const sizes: (number | null)[] = [];
  for (const { id, parts } of recipe.sources) {
    progress(`size of ${id}`);
    const locations = [
      ...new Map(parts.map((part) => [JSON.stringify(part.location), part.location])).values(),
    ];
    // A registry that does not answer in time is a size that is not known.
    const each = await Promise.all(locations.map((location) => sizeOf(location).catch(nullIfAborted)));
    sizes.push(each.includes(null) ? null : each.reduce((sum: number, size) => sum + (size ?? 0), 0));
  }
  const built = await readFile(join(folder, manifestFile), 'utf8').catch(() => null);
  const before = built === null ? undefined : CorpusManifest.safeParse(JSON.parse(built)).data;
  const smallest = sizes.reduce((best: number, size, i) => {
    return size !== null && (sizes[best] === null || size < (sizes[best] as number)) ? i : best;
  }, 0);
  const sample = recipe.sources[smallest];
  progress(`measuring on ${sample.id}`);
  const measured = await measure({ ...recipe, sources: [sample] });
  const sources = recipe.sources.map(({ id }, i) => {
    const exact = before?.stages[0]?.bySource[id]?.bytes;
    const size = sizes[i];
    const fromSample = size === null ? null : Math.round(size * measured.textPerFetched);
    const guess = i === smallest ? measured.textBytes : fromSample;
    return {
      id,
      fetchBytes: sizes[i],
      textBytes: exact ?? guess,
      known: exact !== undefined || i === smallest,
    };
  });
  const textBytes = sources.reduce((sum, source) => sum + (source.textBytes ?? 0), 0);
  const steps = measured.rates.map(({ step, megabytesPerSecond }) => ({
    ...{ step, megabytesPerSecond },
    coreHours: textBytes / 1e6 / megabytesPerSecond / 3600,
  }));
  const coreHours = steps.reduce((sum, each) => sum + each.coreHours, 0);
  const estimate = { sources, textBytes, sample: sample.id, steps, coreHours };
  return { ...estimate, lines: describe(estimate) };
}

function nullIfAborted(error: unknown): null {
  if (error instanceof Error && /^(?:AbortError|TimeoutError)$/.test(error.name)) return null;
  throw error;
}

/** Bytes a location has to be fetched for; null where only fetching can tell. */
async function sizeOf(location: RecipeLocation): Promise<number | null> {
  const options = { cwd: tmpdir(), signal: AbortSignal.timeout(60_000) };
  switch (location.kind) {
    case 'file':
      return (await stat(location.path)).size;
    case 'upload':
      return location.size;
    case 'deb': {
      const shown = await runCommand(
        'apt-cache',
        ['show', '--no-all-versions', '--', location.package],
        options,
      );
      const size = /^Size: (\d+)$/m.exec(shown.stdout)?.[1];
      return size ? Number(size) : null;
    }
    case 'npm': {
      const spec = `${location.package}@${location.version}`;
      const shown = await runCommand('npm', ['view', '--json', '--', spec, 'dist.unpackedSize'], options);
      return Number(shown.stdout.trim()) || null;
    }
    case 'url':
      return null;
  }
}

async function measure(recipe: CorpusRecipe) {
  const work = await mkdtemp(join(tmpdir(), 'tsudoi-build-plan-'));
  try {
    const began = process.cpuUsage();
    const ingested = await ingestStep({
      ...{ recipe, work, threads: 1, memory: { gigabytes: 1 } },
      say: () => undefined,
    });
    const used = process.cpuUsage(began);
    const stats = await unitStats(ingested.units[0]);
    const textBytes = Number(stats.bytes);
    const fetched = Object.entries(stats).reduce(
      (sum, [key, value]) => sum + (key.endsWith('.fetchedBytes') ? Number(value) : 0),
      0,
    );
    const inputs = documentsOf(ingested);
    const { filter, dedup, decontaminate, split } = recipe;
    const tasks: [string, unknown][] = [
      [
        'filter',
        {
          rules: [],
          byLanguage: { ja: rulesOf(filter.ja), en: rulesOf(filter.en), code: rulesOf(filter.code) },
          ...(filter.quality === null ? {} : { quality: await pinFile(filter.quality) }),
        },
      ],
      ['dedup-sign', dedup],
      [
        'decontaminate',
        {
          sets: await Promise.all(decontaminate.sets.map(pinFile)),
          ...{ words: decontaminate.words, characters: decontaminate.characters },
          split: { salt: split.salt, validation: split.validation, test: split.test },
          pinned: null,
        },
      ],
    ];
    const rates = [{ step: 'ingest', megabytesPerSecond: textBytes / (used.user + used.system) }];
    for (const [task, settings] of tasks) {
      const { megabytesPerSecond } = await estimateTask(task, settings, inputs, null);
      rates.push({ step: task, megabytesPerSecond });
    }
    return { textBytes, textPerFetched: textBytes / Math.max(1, fetched), rates };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function describe({ sources, textBytes, sample, steps, coreHours }: Omit<BuildEstimate, 'lines'>): string[] {
  const megabytes = (bytes: number | null) => (bytes === null ? '?' : (bytes / 1e6).toFixed(1));
  const mark = (known: boolean, text: number | null) => (known || text === null ? '' : '~');
  const unknown = sources.filter((source) => source.textBytes === null).length;
  return [
    'source                          to fetch, MB   text, MB',
    ...sources.map(
      ({ id, fetchBytes, textBytes: text, known }) =>
        `${id.padEnd(32)} ${megabytes(fetchBytes).padStart(10)} ${`${mark(known, text)}${megabytes(text)}`.padStart(11)}`,
    ),
    `all together at most about ${megabytes(textBytes)} MB of text (~ is a guess from ${sample}; packages hold pictures and other languages too, so it is usually less)`,
    ...(unknown > 0 ? [`${unknown} sources whose size nothing but fetching tells are not counted`] : []),
    ...steps.map(
      ({ step, megabytesPerSecond, coreHours: hours }) =>
        `${step.padEnd(16)} ${megabytesPerSecond.toFixed(1).padStart(8)} MB/s a core  ${hours.toFixed(4)} core-hours`,
    ),
    `${coreHours.toFixed(3)} core-hours for these steps, measured on ${sample} here; the tokenizer's training comes on top. Nothing was kept.`,
  ];
}
