import type { ArtifactDraft, Verification } from '@tsudoi/schema';

type Outputs = readonly ArtifactDraft[];

/** Where two results of one job differ, under the job's way of verification; null: they agree. */
export function difference(a: Outputs, b: Outputs, verification: Verification): string | null {
  return verification.method === 'tolerance'
    ? differenceOfMeasures(a, b, verification.measures)
    : differenceOfFiles(a, b);
}

/** Byte for byte, whatever the nodes call their artifacts or measured on the way. */
function differenceOfFiles(a: Outputs, b: Outputs): string | null {
  const [left, right] = [filesOf(a), filesOf(b)];
  for (const path of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    if (left.get(path) !== right.get(path)) return path;
  }
  return null;
}

function filesOf(outputs: Outputs): Map<string, string> {
  const files = outputs.flatMap(({ kind, files }) =>
    files.map(({ path, sha256 }) => [`${kind}/${path}`, sha256] as const),
  );
  return new Map(files);
}

/** Each measure within its relative tolerance. A measure that one side lacks is a difference: nothing was shown. */
function differenceOfMeasures(
  a: Outputs,
  b: Outputs,
  measures: Readonly<Record<string, number>>,
): string | null {
  for (const name of Object.keys(measures).sort()) {
    const [left, right] = [measureOf(a, name), measureOf(b, name)];
    if (left === null || right === null) return name;
    const apart = Math.abs(left - right);
    if (!(apart <= measures[name] * Math.max(Math.abs(left), Math.abs(right)))) return name;
  }
  return null;
}

function measureOf(outputs: Outputs, name: string): number | null {
  for (const { stats } of outputs) if (typeof stats[name] === 'number') return stats[name];
  return null;
}
