import { createHash } from 'node:crypto';
import { trainQualityModel } from '../filters/quality-model.ts';

export interface PerplexityStatistics {
  /** Documents the model was trained on, and others it was asked about. */
  trained: number;
  measured: number;
  /** Perplexity per character at the 5th, 25th, 50th, 75th and 95th percentile. */
  percentiles: [number, number, number, number, number];
  /** Ten equal steps of the logarithm between the lowest and the highest value. */
  bins: { from: number; to: number; count: number }[];
}

/** Documents kept for each language unless told, half to train on and half to measure. */
const SAMPLE = 600;
const CHARACTERS = 3000;
const BINS = 10;

interface Sampled {
  place: string;
  text: string;
}

/**
 * How usual the documents of a corpus are to each other: a byte 5-gram model of one half of a sample is asked about the
 * other half. The sample is made of the documents with the lowest hashes of their ids, so it does not depend on their order.
 */
export function createPerplexitySample(size = SAMPLE) {
  const samples = new Map<string, Sampled[]>();
  return {
    add(language: string, id: string, text: string) {
      const place = createHash('sha256').update(`perplexity ${id}`).digest('hex').slice(0, 16);
      const sample = samples.get(language) ?? [];
      samples.set(language, sample);
      sample.push({ place, text: text.slice(0, CHARACTERS) });
      if (sample.length >= 2 * size) keepLowest(sample, size);
    },
    finish(): Record<string, PerplexityStatistics> {
      const languages = [...samples].sort(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(
        languages.flatMap(([language, sample]) => {
          keepLowest(sample, size);
          const measured = measure(sample);
          return measured ? [[language, measured]] : [];
        }),
      );
    },
  };
}

function keepLowest(sample: Sampled[], size: number): void {
  sample.sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : a.text < b.text ? -1 : 1));
  sample.length = Math.min(sample.length, size);
}

/** Nothing for fewer than 20 documents: a model of nine texts says nothing about a tenth. */
function measure(sample: Sampled[]): PerplexityStatistics | null {
  if (sample.length < 20) return null;
  const model = trainQualityModel(sample.filter((_, i) => i % 2 === 0).map(({ text }) => text));
  const values = sample
    .filter((_, i) => i % 2 === 1)
    .map(({ text }) => model.perplexity(text, CHARACTERS))
    .filter(Number.isFinite)
    .map((value) => Number(value.toPrecision(5)))
    .sort((a, b) => a - b);
  const at = (share: number) => values[Math.round(share * (values.length - 1))] as number;
  return {
    trained: Math.ceil(sample.length / 2),
    measured: values.length,
    percentiles: [at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)],
    bins: logarithmicBins(values),
  };
}

function logarithmicBins(values: number[]): PerplexityStatistics['bins'] {
  const low = Math.log(values[0] as number);
  const high = Math.log(values.at(-1) as number);
  const width = (high - low) / BINS;
  const edge = (i: number) => Number(Math.exp(low + i * width).toPrecision(4));
  const bins = Array.from({ length: BINS }, (_, i) => ({ from: edge(i), to: edge(i + 1), count: 0 }));
  for (const value of values) {
    const bin = width === 0 ? 0 : Math.min(BINS - 1, Math.floor((Math.log(value) - low) / width));
    (bins[bin] as { count: number }).count += 1;
  }
  return bins;
}
