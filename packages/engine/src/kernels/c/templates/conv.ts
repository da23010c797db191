// Launches of convolutions: what one launch of conv.c computes, and how it is cut (decision record 0039).

import { type ConvSizes, convSizes, rolesOf } from '../../../core/ops/conv.ts';
import { addends } from '../../../core/ops/matmul.ts';
import { BYTES_PER_ELEMENT, numel } from '../../../core/shape.ts';
import { type Arg, bufferArg, intArg, type Launch, type Template } from '../../../schedule/launch.ts';
import { axesOf, type ConvAxis, launchesOf } from '../../conv-axes.ts';
import { endingOf, inPlaceOf } from '../../ending.ts';
import { costOf, epilogueArgs, gemmScratch, launch } from './common.ts';

/** In the order of `axis` in conv.c. */
const axisArgs = (axes: readonly ConvAxis[]): Arg[] =>
  axes.flatMap((a) => [
    ...[a.n, a.r, a.first, a.every, a.full, a.t, a.tap, a.tapEvery, a.taps].map(intArg),
    ...[a.step, a.tapStep, a.offset, a.spread].map(intArg),
  ]);

/** Rows up to which each part packs the kernel for itself; longer products share a kernel packed before. */
const ONE_BLOCK_ROWS = 280;
const MAX_BLOCK_ROWS = 266;
const MAX_BLOCK_COLUMNS = 512;
const MIN_BLOCK = 84;
/** Parts there should be at least, so that threads share them evenly. */
const ENOUGH_PARTS = 8;
/** Parts of the gradient of a kernel that is a few columns wide. */
const NARROW_PARTS = 4;
/** Columns of the kernel that one task packs, as in conv.c. */
const PACKED_COLUMNS = 96;
/** Floats beside the panels, on the widest instruction set: runs that are put together, and an unfinished tile. */
const BESIDE = 16 * 384 + 16 + 16 * 36;

/** Into how many parts a result of m rows and n columns a group is cut: `many` says where more of them cost least. */
function partsOf(m: number, n: number, groups: number, many: 'rows' | 'columns') {
  const most = { rows: Math.ceil(m / MIN_BLOCK), columns: Math.ceil(n / MIN_BLOCK) };
  const parts = { rows: Math.ceil(m / MAX_BLOCK_ROWS), columns: Math.ceil(n / MAX_BLOCK_COLUMNS) };
  for (const side of many === 'rows' ? (['rows', 'columns'] as const) : (['columns', 'rows'] as const)) {
    const other = groups * (side === 'rows' ? parts.columns : parts.rows);
    // An even number, so that two threads have the same to do.
    const wanted = 2 * Math.ceil(ENOUGH_PARTS / other / 2);
    parts[side] = Math.max(parts[side], Math.min(wanted, most[side]));
  }
  return parts;
}

const scratchOf = (rows: number, columns: number): number =>
  gemmScratch(rows + 14, columns + 36) + BYTES_PER_ELEMENT * BESIDE;

/** The kernel as result: rows are output channels, columns taps and channels, and the depth all positions. */
function kernelGradient(context: Parameters<Template>[0], s: ConvSizes): Launch[] {
  const { inputs, outputs } = context;
  const { residual } = addends(inputs, context.node.attrs);
  const [per, made] = [s.channels.input / s.groups, s.channels.output / s.groups];
  const width = numel(s.kernel) * per;
  // Every part of rows gathers its columns again: a narrow kernel has few.
  const { rows, columns } =
    width < MIN_BLOCK ? { rows: NARROW_PARTS, columns: 1 } : partsOf(made, width, s.groups, 'columns');
  return [
    launch({
      symbol: 'ts_conv_kernel',
      args: [
        ...[inputs[0], inputs[1], outputs[0]].map(bufferArg),
        residual ? bufferArg(residual) : intArg(0),
        ...[0, 0, s.batch, s.groups, per, made, 0, rows, columns].map(intArg),
        ...axisArgs(axesOf(s)),
        intArg(0),
      ],
      tasks: s.groups * rows * columns,
      scratch: scratchOf(Math.ceil(made / rows) + 14, Math.ceil(width / columns) + 36),
      reads: inputs,
      writes: outputs,
      inPlace: residual ? [[outputs[0], residual]] : [],
      flops: costOf(context),
    }),
  ];
}

/** The output or the input as result: one product, or one for each phase of a spread source. */
function windowProducts(context: Parameters<Template>[0], s: ConvSizes): Launch[] {
  const { node, inputs } = context;
  const { residual, bias } = addends(inputs, node.attrs);
  const ending = endingOf(context);
  const roles = rolesOf(node.attrs);
  const [kernel, source] = [inputs[roles.indexOf('kernel')], inputs[1 - roles.indexOf('kernel')]];
  const turned = s.gives === 'input';
  const [from, to] = turned ? [s.channels.output, s.channels.input] : [s.channels.input, s.channels.output];
  const [per, made] = [from / s.groups, to / s.groups];
  const launches = launchesOf(axesOf(s));
  return launches.flatMap((axes) => {
    const positions = s.batch * numel(axes.map((a) => a.r));
    const depth = numel(axes.map((a) => a.t)) * per;
    const packs = positions > ONE_BLOCK_ROWS && depth > 0;
    const whole = launches.length === 1;
    const { rows, columns } = packs
      ? partsOf(positions, made, s.groups, 'rows')
      : { ...partsOf(positions, made, s.groups, 'columns'), rows: Math.ceil(positions / ONE_BLOCK_ROWS) };
    const packed = packs ? context.temporary(s.groups * (made + 36) * depth) : undefined;
    const args = (sums: string): Arg[] => [
      ...[source, kernel, sums].map(bufferArg),
      ...[residual, bias, packed].map((id) => (id ? bufferArg(id) : intArg(0))),
      ...[s.batch, s.groups, per, made, turned ? 1 : 0, rows, columns].map(intArg),
      ...axisArgs(axes),
    ];
    const [high, wide] = [Math.ceil(positions / rows) + 14, Math.ceil(made / columns) + 36];
    const main = launch({
      symbol: 'ts_conv',
      args: [...args(ending.sums), ...epilogueArgs(context, ending)],
      tasks: s.groups * rows * columns,
      scratch: scratchOf(high, wide) + (whole ? 0 : BYTES_PER_ELEMENT * high * wide),
      reads: [...inputs, ...(packed ? [packed] : []), ...ending.reads],
      writes: ending.writes,
      inPlace: whole ? inPlaceOf(ending, residual) : [],
      flops: costOf(context) / launches.length,
    });
    if (!packed) return [main];
    const pack = launch({
      symbol: 'ts_conv_pack',
      // Its own addresses are the kernel's and that of the panels.
      args: args(packed).map((arg, i) => ([0, 3, 4].includes(i) ? intArg(0) : arg)),
      tasks: s.groups * Math.ceil(made / PACKED_COLUMNS),
      reads: [kernel],
      writes: [packed],
    });
    return [pack, main];
  });
}

export const conv: Template = (context) => {
  const { node } = context;
  const s = convSizes(
    node.inputs.map((n) => n.types[0]),
    node.attrs,
  );
  return s.gives === 'kernel' ? kernelGradient(context, s) : windowProducts(context, s);
};
