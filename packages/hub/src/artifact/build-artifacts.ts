import {
  type ArtifactDraft,
  artifactIdOf,
  combineVerdicts,
  type EventOf,
  type jobEvents,
  type LicenceVerdict,
  type Manifest,
} from '@tsudoi/schema';

type JobDrafted = Extract<EventOf<typeof jobEvents>, { type: 'JobDrafted' }>['data'];

export interface Artifact {
  artifactId: string;
  manifest: Manifest;
}

/**
 * Completes what a worker handed in to full manifests. Lineage and licence come from the hub's own record of the job
 * and its inputs, never from the worker. What is made from inputs may be used as all inputs together allow; what is
 * ingested, as its source allows.
 */
export function buildArtifacts(
  job: JobDrafted,
  inputs: Manifest[],
  sourceVerdicts: LicenceVerdict[],
  codeCommit: string,
  drafts: ArtifactDraft[],
): Artifact[] {
  const licence = combineVerdicts(inputs.length > 0 ? inputs.map((input) => input.licence) : sourceVerdicts);
  const sourceIds = [...new Set([...job.sourceIds, ...inputs.flatMap((input) => input.sourceIds)])].sort();
  const { inputs: inputIds, jobId, runId, recipe } = job;
  const built = drafts.map((draft) => {
    const manifest: Manifest = {
      ...draft,
      inputs: inputIds,
      sourceIds,
      jobId,
      runId,
      recipe,
      codeCommit,
      licence,
    };
    return { artifactId: artifactIdOf(manifest), manifest };
  });
  return [...new Map(built.map((artifact) => [artifact.artifactId, artifact])).values()];
}
