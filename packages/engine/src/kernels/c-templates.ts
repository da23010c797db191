// Composites that the C kernels in this folder compute, and how each is launched.

import type { Template } from '../schedule/launch.ts';
import {
  attention,
  attentionBackward,
  attentionDecode,
  attentionRows,
  cacheUpdate,
  cacheWrite,
} from './c/templates/attention.ts';
import { conv } from './c/templates/conv.ts';
import { matmul } from './c/templates/matmul.ts';
import { adamw, globalNorm } from './c/templates/optimizer.ts';
import { crossEntropyTemplate, gather, scatterAdd } from './c/templates/rows.ts';

export const cTemplates: ReadonlyMap<string, Template> = new Map<string, Template>([
  ['matmul', matmul],
  ['conv', conv],
  ['attention', attention],
  ['attention_bwd', attentionBackward],
  ['attention_decode', attentionDecode],
  ['cache_update', cacheUpdate],
  ['attention_rows', attentionRows],
  ['cache_write', cacheWrite],
  ['cross_entropy', crossEntropyTemplate('ts_cross_entropy', false)],
  ['cross_entropy_bwd', crossEntropyTemplate('ts_cross_entropy_bwd', true)],
  ['gather', gather],
  ['scatter_add', scatterAdd],
  ['global_norm', globalNorm],
  ['adamw', adamw],
]);
