// What the WGSL templates share: memory access by slot, and the launch around a kernel's text. A slot is the
// position of a buffer among the launch's arguments.

import { opRow } from '../../core/ops.ts';
import {
  argument,
  type View,
  wgslDialect,
  wgslKernel,
  wgslMath,
  wgslRun,
} from '../../print/dialects/wgsl.ts';
import { printGpuEpilogue } from '../../print/gpu-epilogue.ts';
import type { TakesEpilogue } from '../../schedule/epilogue.ts';
import type { Arg, Launch, TemplateContext } from '../../schedule/launch.ts';
import { type Ending, endingOf, hasEnding } from '../ending.ts';

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

/** Where a slot begins, in elements of the view. */
const startOf = (slot: number, view: View): string =>
  `let o${slot} = i32(${argument(slot)}${view === 'u32' ? '' : ' >> 2u'});`;

/** A kernel whose slots begin at o0, o1, ... (in elements of its view) and whose scalars have names. */
export function templateKernel(parts: KernelParts): string {
  const { buffers, ints = [], floats = [], view = 'u32' } = parts;
  const lets = [
    ...Array.from({ length: buffers }, (_, k) => startOf(k, view)),
    ...ints.map((name, k) => `let ${name} = i32(${argument(buffers + k)});`),
    ...floats.map((name, k) => `let ${name} = bitcast<f32>(${argument(buffers + ints.length + k)});`),
  ];
  return wgslKernel({
    view,
    words: buffers + ints.length + floats.length,
    threads: parts.threads,
    enable: parts.enable,
    declarations: [
      ...(parts.shared ?? []),
      ...wgslMath([...parts.body, ...(parts.functions ?? [])]),
      ...(parts.functions ?? []),
    ],
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

/** What a product's kernel needs to know of what follows it. */
export interface WgslEnding extends Ending {
  /** Whether there is an epilogue: then `epilogue(row, column, sums)` is called in place of a store. */
  readonly isEpilogue: boolean;
  /** The function, for a view. */
  readonly functions: (view: View) => string[];
}

/** `sumsSlot` is the slot of the sums, and `first` that of the first of the epilogue's other buffers. */
export function wgslEnding(context: TemplateContext, sumsSlot: number, first: number): WgslEnding {
  const ending = endingOf(context);
  const { epilogue } = context;
  if (!epilogue) return { ...ending, isEpilogue: false, functions: () => [] };
  const numberOf = (slot: number) => {
    const place = ending.placeOf(slot);
    return place < 0 ? sumsSlot : first + place;
  };
  const used = epilogue.buffers.map((_, slot) => numberOf(slot));
  return {
    ...ending,
    isEpilogue: true,
    functions: (view) => {
      const dialect = wgslDialect({ subgroupSize: 1, f16: false }, view);
      const body = printGpuEpilogue(epilogue, dialect, numberOf, view === 'u32' ? undefined : wgslRun);
      const text = [...[...new Set(used)].map((slot) => startOf(slot, view)), ...body];
      const value = view === 'u32' ? 'f32' : 'vec4<f32>';
      return [
        [`fn epilogue(row: i32, i: i32, value: ${value}) {`, ...text.map((line) => `  ${line}`), '}'].join(
          '\n',
        ),
      ];
    },
  };
}

export const takesEpilogue: TakesEpilogue = hasEnding;

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
