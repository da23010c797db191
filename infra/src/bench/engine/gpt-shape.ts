// The GPT that training benches compare on: GPT-2's block (LayerNorm, one projection to queries, keys and values, tanh
// GELU, tied embeddings), the same initial weights, tokens and AdamW (no decay, no clipping) on every side.

export interface GptShape {
  readonly vocab: number;
  readonly length: number;
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly batch: number;
}

export const ADAMW = { learningRate: 3e-4, beta1: 0.9, beta2: 0.999, eps: 1e-8 } as const;

/** Parameters in the order of the weights file; linear weights are [out, in]. */
export function gptParameters(s: GptShape): { name: string; shape: readonly number[] }[] {
  const c = s.width;
  const out: { name: string; shape: readonly number[] }[] = [
    { name: 'wte', shape: [s.vocab, c] },
    { name: 'wpe', shape: [s.length, c] },
  ];
  for (let l = 0; l < s.layers; l++) {
    const add = (name: string, ...shape: number[]) => out.push({ name: `h.${l}.${name}`, shape });
    add('ln_1.weight', c);
    add('ln_1.bias', c);
    add('qkv.weight', 3 * c, c);
    add('qkv.bias', 3 * c);
    add('proj.weight', c, c);
    add('proj.bias', c);
    add('ln_2.weight', c);
    add('ln_2.bias', c);
    add('fc.weight', 4 * c, c);
    add('fc.bias', 4 * c);
    add('out.weight', c, 4 * c);
    add('out.bias', c);
  }
  out.push({ name: 'ln_f.weight', shape: [c] }, { name: 'ln_f.bias', shape: [c] });
  return out;
}

const elements = (shape: readonly number[]) => shape.reduce((n, d) => n * d, 1);
export const gptSize = (s: GptShape): number => gptParameters(s).reduce((n, p) => n + elements(p.shape), 0);

/** All parameters one after the other: matrices about normal(0, 0.02), biases 0, norm weights 1. */
export function gptWeights(s: GptShape): Float32Array {
  const out = new Float32Array(gptSize(s));
  let at = 0;
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (const { name, shape } of gptParameters(s)) {
    const n = elements(shape);
    const end = at + n;
    if (shape.length === 1) out.fill(name.includes('ln_') && name.endsWith('weight') ? 1 : 0, at, end);
    // The sum of four uniforms has variance 1/3.
    else for (let i = at; i < end; i++) out[i] = (uniform() + uniform() + uniform() + uniform() - 2) * 0.0346;
    at = end;
  }
  return out;
}

/** batch x (length + 1) token ids. */
export const gptTokens = (s: GptShape): Int32Array =>
  Int32Array.from(
    { length: s.batch * (s.length + 1) },
    (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 8) % s.vocab,
  );

/** 6 N per token for the matrices without embeddings, the head, and causal attention forward and backward. */
export function gptFlopsPerToken(s: GptShape): number {
  const matrices = 12 * s.layers * s.width ** 2 + s.vocab * s.width;
  return 6 * matrices + 6 * s.layers * s.length * s.width;
}
