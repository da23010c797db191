// A template kernel is one text with macros; an instance is named by its base and the macros' values, such as
// `matmul__TA_0__TB_1__OUT_bf16`, so that a launch's symbol says which text it needs.

import { readFileSync } from 'node:fs';

export type MacroValue = number | string;

/** Texts by file name; the bundle for GPU machines replaces the reader by the texts it carries. */
export type ReadText = (file: string) => string;

const texts = new Map<string, string>();
const readBeside: ReadText = (file) => {
  const known = texts.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  texts.set(file, text);
  return text;
};

let reader: ReadText = readBeside;

export function useTexts(read: ReadText): void {
  reader = read;
}

/** Every file of this folder that is compiled or included. */
export const CUDA_FILES = [
  ...['prelude.cuh', 'attention_tiles.cuh', 'matmul.cu', 'matmul_reduce.cu', 'matmul_f32.cu', 'attention.cu'],
  ...['attention_delta.cu', 'attention_bwd_kv.cu', 'attention_bwd_q.cu', 'attention_any.cu'],
  ...['attention_any_bwd.cu', 'attention_decode.cu', 'cross_entropy.cu', 'cross_entropy_bwd.cu', 'gather.cu'],
  ...['scatter_add.cu', 'norm_partial.cu', 'norm_total.cu', 'adamw.cu', 'copy.cu', 'cache_update.cu'],
] as const;

export function instance(base: string, macros: Readonly<Record<string, MacroValue>> = {}): string {
  return [base, ...Object.entries(macros).map(([name, value]) => `${name}_${value}`)].join('__');
}

export const isInstance = (symbol: string): boolean =>
  (CUDA_FILES as readonly string[]).includes(`${symbol.split('__')[0]}.cu`);

export const prelude = (): string => reader('prelude.cuh');

/** The function of a program that an instance calls where it would store. */
export const epilogueOf = (symbol: string): string | undefined => /__EPILOGUE_(\w+)$/.exec(symbol)?.[1];

/** The whole text of an instance, ready for a compiler. An instance with an epilogue needs that function's text. */
export function instanceText(symbol: string, epilogue = ''): string {
  const [base, ...macros] = symbol.split('__');
  const defines = macros.map((macro) => {
    const at = macro.indexOf('_');
    return `#define ${macro.slice(0, at)} ${macro.slice(at + 1)}`;
  });
  const body = reader(`${base}.cu`).replace(/^#include "(.*)"$/m, (_, file: string) => reader(file));
  return [prelude(), `#define KERNEL ${symbol}`, ...defines, ...(epilogue ? [epilogue] : []), body].join(
    '\n',
  );
}
