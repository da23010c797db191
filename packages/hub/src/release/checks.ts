import type { Manifest, RejectionValue, ReleaseCheck, RunState as RunPhase } from '@tsudoi/schema';
import type { ReleaseState } from './release.ts';

/** What the checks look at, as it is at this moment. */
export interface CheckFacts {
  manifest: Manifest;
  /** Of the sources behind the artifact, the first that was withdrawn. */
  withdrawnSource: string | null;
  /** Of the run that made the artifact; null: no run with a card did. */
  runPhase: RunPhase | null;
}

/** What stands between an artifact and the world: its licence, its safety, and a card that was there before the run. */
export function runChecks(state: ReleaseState, facts: CheckFacts): ReleaseCheck[] {
  return [
    { check: 'licence', reason: licence(facts) },
    { check: 'safety', reason: safety(state, facts) },
    { check: 'card', reason: card(facts) },
  ];
}

function licence({ manifest, withdrawnSource }: CheckFacts): RejectionValue | null {
  if (withdrawnSource) {
    return { code: 'artifact.source-withdrawn', params: { sourceId: withdrawnSource } };
  }
  if (manifest.licence.rights.redistribute) return null;
  const rule = manifest.licence.refusals[0]?.rule ?? 'not-granted';
  return { code: 'release.licence-forbids', params: { rule } };
}

/** Only a model says something of its own that could do harm. */
function safety({ safety: assessed }: ReleaseState, { manifest }: CheckFacts): RejectionValue | null {
  if (manifest.kind !== 'model') return null;
  if (!assessed) return { code: 'release.safety-missing', params: {} };
  if (assessed.verdict === 'acceptable') return null;
  return { code: 'release.unsafe', params: { statement: assessed.statement } };
}

/** A model needs a card registered before its run, and a run that came to its end. */
function card({ manifest, runPhase }: CheckFacts): RejectionValue | null {
  if (manifest.kind !== 'model') return null;
  if (runPhase === null) return { code: 'release.card-missing', params: {} };
  if (runPhase === 'completed') return null;
  return { code: 'release.run-not-completed', params: { state: runPhase } };
}
