// What the WGSL templates share: memory access by slot, and the launch around a kernel's text. A slot is the
// position of a buffer among the launch's arguments.

import { opRow } from '../../core/ops.ts';
import { argument, type View, wgslKernel, wgslMath } from '../../print/dialects/wgsl.ts';
import type { Arg, Launch, TemplateContext } from '../../schedule/launch.ts';

/** What templates need to know of the device. */
export interface WgslTarget {
  readonly subgroupSize: number;
  readonly f16: boolean;
  /** Bytes of shared memory a workgroup may have. */
  readonly workgroupBytes: number;
}

export interface KernelParts {
  readonly buffers: number;
  /** Names of the integer and float arguments after the buffers, in order. */
  readonly ints?: readonly string[];
  readonly floats?: readonly string[];
  readonly threads: number;
  readonly view?: View;
  readonly shared?: readonly string[];
  readonly functions?: readonly string[];
  readonly enable?: readonly string[];
  readonly body: readonly string[];
}

/** A kernel whose slots begin at o0, o1, ... (in elements of its view) and whose scalars have names. */
export function templateKernel(parts: KernelParts): string {
  const { buffers, ints = [], floats = [], view = 'u32' } = parts;
  const start = (k: number) => (view === 'u32' ? `i32(${argument(k)})` : `i32(${argument(k)} >> 2u)`);
  const lets = [
    ...Array.from({ length: buffers }, (_, k) => `let o${k} = ${start(k)};`),
    ...ints.map((name, k) => `let ${name} = i32(${argument(buffers + k)});`),
    ...floats.map((name, k) => `let ${name} = bitcast<f32>(${argument(buffers + ints.length + k)});`),
  ];
  return wgslKernel({
    view,
    words: buffers + ints.length + floats.length,
    threads: parts.threads,
    enable: parts.enable,
    declarations: [...(parts.shared ?? []), ...wgslMath(parts.body), ...(parts.functions ?? [])],
    body: [...lets, ...parts.body],
  });
}

/** Element `index` of a slot as float, as integer, and a store, in a kernel with the view of words. */
export const loadF = (slot: number, index: string) => `bitcast<f32>(M${slot}[o${slot} + ${index}])`;
export const loadI = (slot: number, index: string) => `bitcast<i32>(M${slot}[o${slot} + ${index}])`;
export const storeF = (slot: number, index: string, value: string) =>
  `M${slot}[o${slot} + ${index}] = bitcast<u32>(${value});`;

/** The word of a quiet NaN: how kernels say that an index was outside its table. */
export const NAN_WORD = '0x7fc00000u';

interface LaunchParts {
  readonly text: string;
  readonly args: readonly Arg[];
  readonly groups: number;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly inPlace?: Launch['inPlace'];
  readonly flops?: number;
}

export function wgslLaunch({ groups, inPlace = [], flops = 0, ...parts }: LaunchParts): Launch {
  return { symbol: '', ...parts, tasks: groups, scratch: 0, inPlace, flops };
}

export const flopsOf = ({ node }: TemplateContext): number =>
  opRow(node.op).cost?.(
    node.inputs.map((n) => n.types[0]),
    node.types,
    node.attrs,
  ).flops ?? 0;
