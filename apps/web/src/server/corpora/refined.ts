import type { DecontaminationReport, ManifestStage, UnitTrace } from '@tsudoi/engine/corpus/pages';
import type { Manifest } from '@tsudoi/schema';
import { readJson } from './read-lines.ts';

type Reason = ManifestStage['reasons'][number];

const UNIT = /^units\/([^/]+)\/documents\.jsonl\.gz$/;

/**
 * The stages with what a run's own filters removed, summed over the units of all ranks: their rules stand behind those of
 * the sources, and decontamination is a stage of its own.
 */
export async function withRefined(filter: ManifestStage, refined: Manifest[]): Promise<ManifestStage[]> {
  if (refined.length === 0) return [filter];
  const rules = new Map(
    filter.reasons.map((reason) => [keyOf(reason.reason, reason.params, reason.list), reason]),
  );
  const found = { documents: 0, sets: new Set<string>() };
  for (const manifest of refined) {
    for (const { path } of manifest.files) {
      const unit = UNIT.exec(path)?.[1];
      if (unit === undefined) continue;
      const trace = await readJson<UnitTrace>(manifest, `units/${unit}/trace.json`);
      for (const counts of Object.values(trace?.cascades ?? {})) addRules(rules, counts);
      const report = await readJson<DecontaminationReport>(manifest, `units/${unit}/contamination.json`);
      found.documents += report?.removed ?? 0;
      for (const { set } of report?.sets ?? []) found.sets.add(set);
    }
  }
  const after = { documents: sum(refined, 'kept'), bytes: sum(refined, 'bytes') };
  const filtered: ManifestStage = {
    ...filter,
    reasons: [...rules.values()],
    after: { documents: after.documents + found.documents, bytes: after.bytes },
  };
  if (found.sets.size === 0) return [filtered];
  const reason = {
    ...emptyReason('contaminated'),
    documents: found.documents,
    list: [...found.sets].sort().join(', '),
  };
  const decontaminated: ManifestStage = {
    ...{ name: 'decontaminate', before: filtered.after, after, reasons: [reason], bySource: {}, figures: {} },
  };
  return [filtered, decontaminated];
}

const keyOf = (...parts: unknown[]) => JSON.stringify(parts);

function addRules(rules: Map<string, Reason>, counts: UnitTrace['cascades'][string]): void {
  for (const { filter, list, params, origin, dropped, changed } of counts) {
    const key = keyOf(filter, params, list);
    const reason = rules.get(key) ?? { ...emptyReason(filter), params, list, origin };
    rules.set(key, {
      ...reason,
      documents: reason.documents + total(dropped),
      changed: reason.changed + total(changed),
    });
  }
}

const emptyReason = (reason: string): Reason => ({
  ...{ reason, language: null, documents: 0, changed: 0 },
  ...{ params: {}, list: null, origin: '' },
});
const total = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0);
const sum = (manifests: Manifest[], key: string) =>
  manifests.reduce((all, { stats }) => all + Number(stats[key] ?? 0), 0);
