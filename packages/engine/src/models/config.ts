// What the configurations of all model families have in common, and how they are read from a Hugging Face
// config.json. Field names are ours and the same in every family; unknown keys of a file survive a round trip.

export interface CommonConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly maxPositions: number;
  readonly normEps?: number;
  readonly tieEmbeddings?: boolean;
  /** Deviation of the initial weights. */
  readonly initializerRange?: number;
  readonly bosTokenId?: number;
  readonly eosTokenId?: number;
  readonly padTokenId?: number;
  /** Keys of a config.json that are not read here. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A config.json that is not a model this engine runs exactly. */
export class UnsupportedConfig extends Error {
  override name = 'UnsupportedConfig';
}

export function unsupported(message: string): never {
  throw new UnsupportedConfig(message);
}

/** How a parameter is used; decides its start value, its decay and its optimiser. */
export type ParameterRole = 'embedding' | 'position' | 'head' | 'matrix' | 'norm' | 'bias';

export interface ParameterInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  /** The start deviation is divided by sqrt(2 x layers): GPT-2's projections back into the residual stream. */
  readonly residual?: boolean;
  /** Where one matrix holds query, key and value: three column blocks, or rows [heads, 3, size] head by head. */
  readonly fused?: { readonly layout: 'columns' | 'heads'; readonly heads: number };
}

export const elementsOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Far beyond any model: what a file says is believed before its tensors are looked for, and every layer takes memory. */
const MOST_LAYERS = 10_000;
const MOST = 2 ** 31 - 1;

/** Throws UnsupportedConfig unless the sizes every family has fit together. */
export function validateCommon(c: CommonConfig, more: readonly number[] = []): void {
  const sizes = [c.vocabSize, c.hiddenSize, c.layers, c.heads, c.intermediateSize, c.maxPositions, ...more];
  if (!sizes.every((n) => Number.isInteger(n) && n > 0)) unsupported('every size must be a positive integer');
  const largest = Math.max(...sizes);
  if (largest > MOST) unsupported(`a size of ${largest} is more than ${MOST}`);
  if (c.layers > MOST_LAYERS) unsupported(`${c.layers} layers are more than ${MOST_LAYERS}`);
}

/** Token ids of a configuration under their names in config.json; absent ones are left out. */
export function tokenIdsToHf(c: CommonConfig): Record<string, number> {
  const ids = { bos_token_id: c.bosTokenId, eos_token_id: c.eosTokenId, pad_token_id: c.padTokenId };
  return Object.fromEntries(Object.entries(ids).filter(([, id]) => id !== undefined)) as Record<
    string,
    number
  >;
}

export type Json = Readonly<Record<string, unknown>>;

/** Reads typed values out of a parsed config.json; every failure names its key. */
export class HfConfig {
  readonly json: Json;

  constructor(json: Json, family: string) {
    if (json.model_type !== family) unsupported(`model_type ${String(json.model_type)} is not ${family}`);
    this.json = json;
  }

  number(key: string): number {
    return this.optional(key) ?? unsupported(`${key} is missing`);
  }
  optional(key: string): number | undefined {
    const value = this.json[key];
    return typeof value === 'number' ? value : undefined;
  }
  text(key: string): string | undefined {
    const value = this.json[key];
    return typeof value === 'string' ? value : undefined;
  }
  /** Refuses any value but `allowed`; an absent key is allowed. */
  only(key: string, ...allowed: unknown[]): void {
    const value = this.json[key];
    if (value !== undefined && value !== null && !allowed.includes(value)) {
      unsupported(`${key} ${JSON.stringify(value)} is not supported`);
    }
  }
  common(): Pick<CommonConfig, 'initializerRange' | 'bosTokenId' | 'eosTokenId' | 'padTokenId'> {
    return {
      initializerRange: this.optional('initializer_range'),
      bosTokenId: this.optional('bos_token_id'),
      // Some files list several ends; the first is the one to train with.
      eosTokenId: this.optional('eos_token_id') ?? firstOf(this.json.eos_token_id),
      padTokenId: this.optional('pad_token_id'),
    };
  }
  /** Keys that `written`, the same configuration written back, does not have. */
  extra(written: Json): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.json).filter(([key]) => !Object.hasOwn(written, key)));
  }
}

const firstOf = (value: unknown): number | undefined =>
  Array.isArray(value) && typeof value[0] === 'number' ? value[0] : undefined;
