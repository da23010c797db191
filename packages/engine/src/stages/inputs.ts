import type { ArtifactKind } from '@tsudoi/schema';
import type { InputArtifact, StageContext } from './stage.ts';

/** The first input of a kind. That it is missing is a defect of whoever drafted the job. */
export function inputOf(context: StageContext, kind: ArtifactKind): InputArtifact {
  const found = context.inputs.find((input) => input.kind === kind);
  if (!found) throw new Error(`the job has no input of kind ${kind}`);
  return found;
}

/** Local path of one file of an artifact. */
export function fileOf(input: InputArtifact, name: string): string {
  const path = input.files[name];
  if (!path) throw new Error(`artifact ${input.artifactId} (${input.kind}) has no file ${name}`);
  return path;
}
