// Which C file of this folder has which kernels. Each file is a library of its own, so that a machine compiles only what
// its programs use: a training step needs neither convolutions nor the many kernels of quantised weights.

import { BLOCK_SYMBOLS } from './c/templates/matmul.ts';

const FILES: Readonly<Record<string, readonly string[]>> = {
  'matmul.c': ['ts_matmul', 'ts_pack_b', 'ts_matmul_packed', 'ts_matvec'],
  'qmatvec.c': Object.values(BLOCK_SYMBOLS).flatMap((s) => [`${s}_matvec`, `${s}_matmul`, `${s}_gather`]),
  'conv.c': ['ts_conv', 'ts_conv_pack', 'ts_conv_kernel'],
  'attention.c': ['ts_attention', 'ts_attention_bwd', 'ts_attention_decode'],
  'cached_attention.c': ['ts_attention_rows', 'ts_cache_write'],
  'cross_entropy.c': ['ts_cross_entropy', 'ts_cross_entropy_bwd'],
  'rows.c': ['ts_gather', 'ts_scatter_add', 'ts_cache_update', 'ts_copy'],
  'adamw.c': ['ts_norm_partial', 'ts_norm_total', 'ts_adamw'],
};

const FILE_OF = new Map(Object.entries(FILES).flatMap(([file, symbols]) => symbols.map((s) => [s, file])));

/** The file of a kernel. @throws Error for one that none of them has */
export function fileOfKernel(symbol: string): string {
  const file = FILE_OF.get(symbol);
  if (!file) throw new Error(`kernel ${symbol} is missing`);
  return file;
}
