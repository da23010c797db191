// The composites that WGSL claims with hand-written kernels. Row kernels (softmax, norms and their gradients) are
// generated: one pass per reduction over a row that stays in cache.

import type { Template } from '../../schedule/launch.ts';
import { attentionTemplate } from './attention.ts';
import { attentionBackwardTemplate } from './attention-backward.ts';
import { attentionDecodeTemplate, cacheUpdateTemplate } from './attention-decode.ts';
import { crossEntropyBackwardTemplate, crossEntropyTemplate } from './cross-entropy.ts';
import { matmulTemplate } from './matmul.ts';
import { adamwTemplate, globalNormTemplate } from './optimizer.ts';
import { gatherTemplate, scatterAddTemplate } from './rows.ts';
import type { WgslTarget } from './template.ts';

export const wgslTemplates = (
  target: WgslTarget,
  options: { readonly halfTiles?: boolean } = {},
): ReadonlyMap<string, Template> =>
  new Map<string, Template>([
    ['matmul', matmulTemplate(target, options.halfTiles ?? false)],
    ['attention', attentionTemplate(target)],
    ['attention_bwd', attentionBackwardTemplate(target)],
    ['attention_decode', attentionDecodeTemplate(target)],
    ['cache_update', cacheUpdateTemplate],
    ['cross_entropy', crossEntropyTemplate(target)],
    ['cross_entropy_bwd', crossEntropyBackwardTemplate],
    ['gather', gatherTemplate],
    ['scatter_add', scatterAddTemplate],
    ['global_norm', globalNormTemplate(target)],
    ['adamw', adamwTemplate],
  ]);
