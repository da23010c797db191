import { Language } from '@tsudoi/schema';
import { z } from 'zod';

export const MixtureSettings = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,39}$/),
  /** Decides which documents stand for a source of which only a part is wanted, and the order of documents. */
  seed: z.int().nonnegative().default(1),
  /** Token budget; null takes as much as the shares and epochs allow. */
  tokens: z.int().positive().nullable().default(null),
  /** Share of the tokens each language gets, in any unit; as much as there is of each where absent. */
  languages: z.partialRecord(Language, z.number().positive()).optional(),
  /** By source id: how much more (or less) of it is taken than its size says; 0 leaves it out. Default 1. */
  weights: z.record(z.string(), z.number().nonnegative()).default({}),
  /** By source id: how often its documents may be seen. LLM-jp v3 saw its small, good sources twice. Default 1. */
  epochs: z.record(z.string(), z.number().positive().max(100)).default({}),
  /** A language that has not enough tokens for its share: take less of all, so that the shares hold, or refuse. */
  shortage: z.enum(['shrink', 'refuse']).default('shrink'),
});
export type MixtureSettings = z.infer<typeof MixtureSettings>;

/** Training documents that are drawn from together. */
export interface MixtureGroup {
  readonly language: Language;
  readonly source: string;
  readonly tokens: number;
}

/** Mixtures that cannot be made; one line. */
export class MixtureError extends Error {
  override name = 'MixtureError';
}

/**
 * Tokens to take of each group, in their order. Languages get exactly their shares; inside a language each source gets
 * tokens by size times weight, at most its size times its epochs, and what a source cannot give goes to the others of its
 * language. @throws MixtureError unknown source, a language without tokens, shortage that the recipe refuses
 */
export function planMixture(groups: readonly MixtureGroup[], settings: MixtureSettings): number[] {
  const sources = new Set(groups.map(({ source }) => source));
  for (const id of [...Object.keys(settings.weights), ...Object.keys(settings.epochs)])
    if (!sources.has(id)) throw new MixtureError(`mixture ${settings.name}: there is no source "${id}"`);
  const pull = groups.map(({ source, tokens }) => tokens * (settings.weights[source] ?? 1));
  const cap = groups.map(({ source, tokens }, i) =>
    pull[i] === 0 ? 0 : tokens * (settings.epochs[source] ?? 1),
  );
  const pools = poolsOf(groups, settings);
  const capOf = (members: readonly number[]) => members.reduce((sum, i) => sum + cap[i], 0);
  const possible = Math.min(...pools.map(({ members, share }) => capOf(members) / share));
  if (settings.shortage === 'refuse' && settings.tokens !== null && possible < settings.tokens)
    throw new MixtureError(shortageOf(settings, pools, capOf));
  const budget = Math.min(settings.tokens ?? Number.POSITIVE_INFINITY, possible);
  const wanted = groups.map(() => 0);
  for (const { members, share } of pools) {
    const parts = waterFill(
      budget * share,
      members.map((i) => pull[i]),
      members.map((i) => cap[i]),
    );
    for (const [at, i] of members.entries()) wanted[i] = Math.round(parts[at]);
  }
  return wanted;
}

interface Pool {
  readonly name: string;
  readonly members: number[];
  /** Shares of all pools sum to 1. */
  readonly share: number;
}

function poolsOf(groups: readonly MixtureGroup[], { name, languages }: MixtureSettings): Pool[] {
  if (!languages) return [{ name: 'all', members: groups.map((_, i) => i), share: 1 }];
  const total = Object.values(languages).reduce((sum, share) => sum + share, 0);
  return Object.entries(languages).map(([language, share]) => {
    const members = groups.flatMap((group, i) => (group.language === language ? [i] : []));
    if (members.length === 0)
      throw new MixtureError(`mixture ${name}: there are no documents in ${language}`);
    return { name: language, members, share: share / total };
  });
}

function shortageOf(
  { name, tokens }: MixtureSettings,
  pools: readonly Pool[],
  capOf: (members: readonly number[]) => number,
): string {
  const budget = tokens as number;
  const short = pools
    .filter(({ members, share }) => capOf(members) < budget * share)
    .map(
      ({ name: pool, members, share }) =>
        `${pool} has ${Math.floor(capOf(members))} of ${Math.ceil(budget * share)} tokens`,
    );
  return `mixture ${name}: ${short.join(', ')}; raise epochs, lower tokens, or set "shortage": "shrink"`;
}

/** Divides `total` in proportion to `pulls`, none above its cap; what is cut off goes to the others. */
export function waterFill(total: number, pulls: readonly number[], caps: readonly number[]): number[] {
  const given = pulls.map(() => 0);
  const open = new Set(pulls.flatMap((pull, i) => (pull > 0 && caps[i] > 0 ? [i] : [])));
  let left = total;
  while (open.size > 0) {
    const pull = [...open].reduce((sum, i) => sum + pulls[i], 0);
    const rate = left / pull;
    const full = [...open].filter((i) => pulls[i] * rate >= caps[i]);
    for (const i of full.length > 0 ? full : open) {
      given[i] = full.length > 0 ? caps[i] : pulls[i] * rate;
      left -= given[i];
      open.delete(i);
    }
  }
  return given;
}
