/// <reference path="./spdx-expression-parse.d.ts" />
import parse from 'spdx-expression-parse';
import spdxLicences from 'spdx-license-list';
import type { LicenceReason, LicenceVerdict } from '../licence-verdict.ts';
import { Rejection } from '../rejection.ts';
import type { UseRights } from '../source-part.ts';
import { rulesForLicence } from './rules.ts';

type Term = { license: string; plus?: boolean; exception?: string };
type Expression = Term | { left: Expression; conjunction: 'and' | 'or'; right: Expression };
type Terms = { obligations: LicenceReason[]; refusals: LicenceReason[] };

/**
 * What an SPDX expression allows: AND adds up, OR takes the freer side.
 * @throws Rejection `licence.unknown` with the nearest known id when the text is no SPDX expression.
 */
export function licenceVerdict(expression: string, asked: UseRights): LicenceVerdict {
  const { obligations, refusals } = weigh(parseExpression(expression));
  const open = refusals.length === 0;
  return {
    expressions: [expression],
    rights: {
      train: asked.train && open,
      search: asked.search && open,
      redistribute: asked.redistribute && open,
    },
    obligations,
    refusals,
  };
}

/** What may be done with something made from all of these: every right must be there in each, obligations add up. */
export function combineVerdicts(verdicts: LicenceVerdict[]): LicenceVerdict {
  const every = (right: keyof UseRights) =>
    verdicts.length > 0 && verdicts.every((verdict) => verdict.rights[right]);
  return {
    expressions: [...new Set(verdicts.flatMap((verdict) => verdict.expressions))].sort(),
    rights: { train: every('train'), search: every('search'), redistribute: every('redistribute') },
    obligations: union(verdicts.flatMap((verdict) => verdict.obligations)),
    refusals: union(verdicts.flatMap((verdict) => verdict.refusals)),
  };
}

function parseExpression(expression: string): Expression {
  try {
    return parse(expression) as Expression;
  } catch {
    throw new Rejection('licence.unknown', { expression, suggestion: nearestLicence(expression) });
  }
}

function weigh(expression: Expression): Terms {
  if ('license' in expression) return weighTerm(expression);
  const left = weigh(expression.left);
  const right = weigh(expression.right);
  if (expression.conjunction === 'and') {
    return {
      obligations: union([...left.obligations, ...right.obligations]),
      refusals: union([...left.refusals, ...right.refusals]),
    };
  }
  if (left.refusals.length !== right.refusals.length)
    return left.refusals.length < right.refusals.length ? left : right;
  return left.obligations.length <= right.obligations.length ? left : right;
}

function weighTerm({ license }: Term): Terms {
  const known = (spdxLicences as Record<string, { osiApproved: boolean } | undefined>)[license];
  const { refusal, obligations } = rulesForLicence(license, known?.osiApproved ?? false);
  return {
    obligations: obligations.map((rule) => ({ rule, licence: license })),
    refusals: refusal ? [{ rule: refusal, licence: license }] : [],
  };
}

function union(reasons: LicenceReason[]): LicenceReason[] {
  const byKey = new Map(reasons.map((reason) => [`${reason.rule} ${reason.licence}`, reason]));
  return [...byKey.keys()].sort().map((key) => byKey.get(key)!);
}

/** Every SPDX id with its full name, for a form's suggestions. */
export function knownLicences(): { id: string; name: string }[] {
  return Object.entries(spdxLicences as Record<string, { name: string }>)
    .map(([id, { name }]) => ({ id, name }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function nearestLicence(text: string): string {
  const wanted = bigrams(text);
  let best = 'CC-BY-4.0';
  let bestScore = 0.3;
  for (const id of Object.keys(spdxLicences)) {
    const candidate = bigrams(id);
    let shared = 0;
    for (const pair of wanted) if (candidate.has(pair)) shared++;
    const score = (2 * shared) / (wanted.size + candidate.size);
    if (score > bestScore) [best, bestScore] = [id, score];
  }
  return best;
}

function bigrams(text: string): Set<string> {
  const letters = text.toLowerCase().replace(/[^a-z0-9.]/g, '');
  return new Set(Array.from({ length: Math.max(0, letters.length - 1) }, (_, i) => letters.slice(i, i + 2)));
}
