// The composites that WGSL claims with hand-written kernels. Row kernels (softmax, norms and their gradients) are
// generated: one pass per reduction over a row that stays in cache.

import { wgslDialect } from '../../print/dialects/wgsl.ts';
import type { Template } from '../../schedule/launch.ts';
import { gpuConv } from '../gpu/conv.ts';
import { attentionTemplate } from './attention.ts';
import { attentionBackwardTemplate } from './attention-backward.ts';
import { attentionDecodeTemplate, cacheUpdateTemplate } from './attention-decode.ts';
import { crossEntropyBackwardTemplate, crossEntropyTemplate } from './cross-entropy.ts';
import { matmulTemplate } from './matmul.ts';
import { matmulDirectTemplate } from './matmul-direct.ts';
import { adamwTemplate, globalNormTemplate } from './optimizer.ts';
import { gatherTemplate, scatterAddTemplate } from './rows.ts';
import type { WgslTarget } from './template.ts';

/** Attention is left to its decomposition. */
const SIMPLE: readonly (readonly [string, Template])[] = [['matmul', matmulDirectTemplate]];

const tiled = (target: WgslTarget, halfTiles: boolean): readonly (readonly [string, Template])[] => [
  ['matmul', matmulTemplate(target, halfTiles)],
  ['conv', gpuConv(wgslDialect(target))],
  ['attention', attentionTemplate(target)],
  ['attention_bwd', attentionBackwardTemplate(target)],
];

export interface WgslTemplateOptions {
  /** Tiles of matrix products in half precision, where the device has it. */
  readonly halfTiles?: boolean;
  /** Only kernels that compile quickly: for software adapters, which take seconds over a large one. */
  readonly simple?: boolean;
}

export const wgslTemplates = (
  target: WgslTarget,
  { halfTiles = false, simple = false }: WgslTemplateOptions = {},
): ReadonlyMap<string, Template> =>
  new Map<string, Template>([
    ...(simple ? SIMPLE : tiled(target, halfTiles)),
    ['attention_decode', attentionDecodeTemplate(target)],
    ['cache_update', cacheUpdateTemplate],
    ['cross_entropy', crossEntropyTemplate(target)],
    ['cross_entropy_bwd', crossEntropyBackwardTemplate],
    ['gather', gatherTemplate],
    ['scatter_add', scatterAddTemplate],
    ['global_norm', globalNormTemplate(target)],
    ['adamw', adamwTemplate],
  ]);
