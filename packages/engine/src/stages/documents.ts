import type { ArtifactKind } from '@tsudoi/schema';
import { fileOf } from './inputs.ts';
import type { InputArtifact } from './stage.ts';

/**
 * The document files among the inputs, ordered by artifact id so that the order in which inputs are named changes no
 * byte of the output, and how many documents they say they hold.
 */
export function inputDocuments(
  inputs: InputArtifact[],
  kind: ArtifactKind,
): { paths: string[]; documents: number } {
  const chosen = inputs
    .filter((input) => input.kind === kind)
    .sort((a, b) => (a.artifactId < b.artifactId ? -1 : a.artifactId > b.artifactId ? 1 : 0));
  if (chosen.length === 0) throw new Error(`no input of kind ${kind}`);
  return {
    paths: chosen.map((input) => fileOf(input, 'documents.jsonl.gz')),
    documents: chosen.reduce((sum, input) => sum + Number(input.stats.documents ?? 0), 0),
  };
}
