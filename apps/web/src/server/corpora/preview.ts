import {
  type CorpusDocument,
  type FilterPreview,
  filterPresets,
  LabelError,
  parseLabels,
  previewFilters,
} from '@tsudoi/engine/corpus/pages';
import { Rejection } from '@tsudoi/schema';
import { processWide } from '../process-wide.ts';
import { readableArtifact } from './may-read.ts';
import { fileNamed, type Reading, readLines } from './read-lines.ts';
import { remembered } from './remembered.ts';

/** A sample is measured within about a second on one core. */
const sampleLimits = { documents: 300, characters: 1_500_000, longest: 100_000 };
const SHOWN = 6;

export interface PreviewRequest {
  artifactId: string;
  preset: string;
  /** Place of the rule in the preset. */
  rule: number;
  bounds: { min?: number; max?: number };
  /** JSONL of {"id" or "text", "label"}; empty for none. */
  labels: string;
}

/** The sample of an artifact: every so many-th document from the whole file, so that its end is seen too. */
const sampleOf = processWide('preview-samples', () => remembered(8, takeSample));

async function takeSample(artifactId: string): Promise<CorpusDocument[]> {
  const manifest = await readableArtifact(artifactId, 'documents');
  const file = fileNamed(manifest, 'documents.jsonl.gz');
  if (!file) return [];
  const every = Math.max(1, Math.ceil(Number(manifest.stats.documents ?? 0) / sampleLimits.documents));
  const reading: Reading = { complete: false };
  const sample: CorpusDocument[] = [];
  let characters = 0;
  let index = 0;
  for await (const document of readLines<CorpusDocument>(file, reading)) {
    index += 1;
    if (index % every !== 0 || document.text.length > sampleLimits.longest) continue;
    if (characters + document.text.length > sampleLimits.characters) break;
    characters += document.text.length;
    sample.push(document);
    if (sample.length === sampleLimits.documents) break;
  }
  return sample;
}

/** What one rule of a preset keeps and drops of a sample. @throws Rejection input.invalid for labels that cannot be read */
export async function previewRule(request: PreviewRequest): Promise<FilterPreview> {
  await readableArtifact(request.artifactId, 'documents'); // a sample may be remembered longer than a source stays
  const rules = Object.hasOwn(filterPresets, request.preset) ? filterPresets[request.preset] : undefined;
  const rule = rules?.[request.rule];
  if (!rules || !rule)
    throw new Rejection('recipe.unknown-filter', {
      filter: `${request.preset} ${request.rule}`,
      known: Object.keys(filterPresets).join(', '),
    });
  const occurrence = rules.slice(0, request.rule).filter(({ filter }) => filter === rule.filter).length;
  return previewFilters(await sampleOf()(request.artifactId), rules, {
    ...{ filter: rule.filter, occurrence, params: request.bounds, samples: SHOWN },
    labels: labelsOf(request.labels),
  });
}

function labelsOf(text: string): ReadonlyMap<string, boolean> | undefined {
  if (text.trim() === '') return undefined;
  try {
    return parseLabels(text.split(/\r?\n/), 'labels');
  } catch (error) {
    if (!(error instanceof LabelError)) throw error;
    throw new Rejection('input.invalid', { field: 'labels', problem: error.message });
  }
}
