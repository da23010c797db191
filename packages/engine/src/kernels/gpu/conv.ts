// Convolution for GPUs: one kernel, spelled by the dialect of each. A workgroup computes 64 x 64 elements of the same
// matrix product that conv.c describes; tiles 16 deep pass through shared memory, and those of windows are gathered from
// the source as they are loaded. All sizes stand in the text as numbers, so that divisions of indices become
// multiplications.

import { type ConvSizes, convSizes, rolesOf } from '../../core/ops/conv.ts';
import { addends } from '../../core/ops/matmul.ts';
import { opRow } from '../../core/ops.ts';
import { numel } from '../../core/shape.ts';
import type { GpuDialect, Slot } from '../../print/gpu-dialect.ts';
import { printGpuEpilogue } from '../../print/gpu-epilogue.ts';
import { bufferArg, type Launch, type Template, type TemplateContext } from '../../schedule/launch.ts';
import { axesOf, type ConvAxis, launchesOf } from '../conv-axes.ts';
import { endingOf, inPlaceOf } from '../ending.ts';

const TILE = 64;
const DEPTH = 16;
const THREADS = 256;
/** Length of a row in shared memory: four more, so that columns of a tile lie in different banks. */
const PITCH = TILE + 4;
const FOUR = [0, 1, 2, 3];

/** One launch: the source is gathered along rows and depth, or along depth and columns where the kernel is the result. */
interface Product {
  readonly gives: ConvSizes['gives'];
  readonly axes: readonly ConvAxis[];
  readonly batch: number;
  readonly groups: number;
  /** Channels of a group: of the source, and of the result (of the output, where the kernel is the result). */
  readonly per: number;
  readonly made: number;
  /** Slots of the operands that follow source, the other one and the result. */
  readonly residual: number | undefined;
  readonly bias: number | undefined;
  /** What is done with a `value` at `row` and column `i` of the whole result in place of a store. */
  readonly epilogue: readonly string[] | undefined;
  readonly slots: readonly Slot[];
}

/** All of some conditions, each of them computed: a branch for every one would take longer, to run and to compile. */
const all = (...conditions: readonly string[]) => conditions.map((c) => `(${c})`).join(' & ');

class ConvPrinter {
  readonly #p: Product;
  readonly #d: GpuDialect;
  readonly #lines: string[] = [];

  constructor(p: Product, dialect: GpuDialect) {
    this.#p = p;
    this.#d = dialect;
  }

  get #positions(): number {
    return this.#p.batch * numel(this.#p.axes.map((a) => a.r));
  }
  get #reach(): number {
    return numel(this.#p.axes.map((a) => a.t)) * this.#p.per;
  }
  get #taps(): number {
    return numel(this.#p.axes.map((a) => a.taps));
  }
  get #isKernel(): boolean {
    return this.#p.gives === 'kernel';
  }
  /** Rows, columns and depth of a group's product. */
  get sizes(): { m: number; n: number; k: number } {
    const { made } = this.#p;
    return this.#isKernel
      ? { m: made, n: this.#reach, k: this.#positions }
      : { m: this.#positions, n: made, k: this.#reach };
  }
  get tiles(): number {
    const { m, n } = this.sizes;
    return this.#p.groups * Math.ceil(m / TILE) * Math.ceil(n / TILE);
  }

  #int(name: string, value: string): string {
    this.#lines.push(this.#d.constant('index', name, value));
    return name;
  }

  /** The position `at`: where its windows begin on each axis, and its entry of the batch. */
  #place(name: string, at: string): void {
    const { axes } = this.#p;
    let rest = at;
    [2, 1, 0].forEach((i) => {
      const { r, step, offset } = axes[i];
      this.#int(`${name}at${i}`, `(${rest}) % ${r} * ${step} + (${offset})`);
      rest = this.#int(`${name}over${i}`, `(${rest}) / ${r}`);
    });
  }

  /** The tap and channel `at` of a group: how far ahead the tap lies on each axis, the channel, and the tap's number. */
  #ahead(name: string, at: string): void {
    const { axes, per } = this.#p;
    this.#int(`${name}channel`, `(${at}) % ${per}`);
    let rest = this.#int(`${name}tap`, `(${at}) / ${per}`);
    let number = '';
    let below = 1;
    [2, 1, 0].forEach((i) => {
      const { t, tapStep, tap, tapEvery, taps } = axes[i];
      const digit = this.#int(`${name}t${i}`, `${rest} % ${Math.max(1, t)}`);
      this.#int(`${name}ahead${i}`, `${digit} * (${tapStep})`);
      number += `${number && ' + '}(${digit} * ${tapEvery} + ${tap}) * ${below}`;
      below *= taps;
      rest = this.#int(`${name}above${i}`, `${rest} / ${Math.max(1, t)}`);
    });
    this.#int(`${name}number`, number);
  }

  /** The source where a position and a tap meet; zero outside, and where `valid` does not hold. */
  #source(place: string, ahead: string, valid: readonly string[], id: string): string {
    const { axes, groups, per, slots } = this.#p;
    const inside = axes.flatMap(({ n, spread }, i) => {
      const at = this.#int(`${id}p${i}`, `${place}at${i} + ${ahead}ahead${i}`);
      const whole = spread === 1 ? [] : [`${at} % ${spread} == 0`];
      return [`${at} >= 0`, `${at} < ${n * spread}`, ...whole];
    });
    const q = (i: number) => (axes[i].spread === 1 ? `${id}p${i}` : `${id}p${i} / ${axes[i].spread}`);
    this.#lines.push(this.#d.constant('bool', `${id}in`, all(...valid, ...inside)));
    const pixel = `((${place}over0 * ${axes[0].n} + ${q(0)}) * ${axes[1].n} + ${q(1)}) * ${axes[2].n} + ${q(2)}`;
    const offset = `(${pixel}) * ${groups * per} + group * ${per} + ${ahead}channel`;
    const at = this.#int(`${id}from`, this.#d.select(`${id}in`, offset, '0'));
    return this.#d.select(`${id}in`, this.#d.load(0, at, slots[0]), this.#zero);
  }

  get #zero(): string {
    return this.#d.literal(0, 'f32');
  }

  /** An element of the other operand, or zero. */
  #other(offset: string, valid: readonly string[], id: string): string {
    this.#lines.push(this.#d.constant('bool', `${id}in`, all(...valid)));
    const at = this.#int(`${id}from`, this.#d.select(`${id}in`, offset, '0'));
    return this.#d.select(`${id}in`, this.#d.load(1, at, this.#p.slots[1]), this.#zero);
  }

  #share(tile: 'tileA' | 'tileB', depth: string, across: string, value: string): void {
    this.#lines.push(`${tile}[(${depth}) * ${PITCH} + ${across}] = ${value};`);
  }

  /** Statements that run once, before the loop over depth: what each thread keeps of its rows or columns. */
  #prepare(): void {
    const { m, n } = this.sizes;
    const [rows, columns] = [Math.ceil(m / TILE), Math.ceil(n / TILE)];
    this.#int('tile', `clamp_index(g, 0, ${this.tiles - 1})`);
    this.#int('group', `tile / ${rows * columns}`);
    this.#int('row0', `tile / ${columns} % ${rows} * ${TILE}`);
    this.#int('column0', `tile % ${columns} * ${TILE}`);
    this.#int('tx', 't % 16');
    this.#int('ty', 't / 16');
    this.#int('lane', `t % ${TILE}`);
    this.#int('deep', `t / ${TILE}`);
    if (this.#isKernel) this.#ahead('j', 'column0 + lane');
    else for (const i of FOUR) this.#place(`r${i}`, `row0 + ty + ${16 * i}`);
    for (const i of FOUR) {
      for (const j of FOUR) this.#lines.push(this.#d.variable('f32', `c${i}${j}`, this.#zero));
    }
  }

  /** Windows along the depth, which lies along channels: neighbouring threads read neighbouring memory. */
  #loadWindows(): void {
    const { m, n, k } = this.sizes;
    const { per, made, gives } = this.#p;
    this.#int('l', 'start + tx');
    this.#ahead('l', 'l');
    for (const i of FOUR) {
      const valid = [`l < ${k}`, `row0 + ty + ${16 * i} < ${m}`];
      this.#share('tileA', 'tx', `ty + ${16 * i}`, this.#source(`r${i}`, 'l', valid, `x${i}`));
    }
    for (const i of FOUR) {
      if (gives === 'output') {
        const column = this.#int(`n${i}`, `column0 + ty + ${16 * i}`);
        const at = `((group * ${made} + ${column}) * ${this.#taps} + lnumber) * ${per} + lchannel`;
        this.#share(
          'tileB',
          'tx',
          `ty + ${16 * i}`,
          this.#other(at, [`l < ${k}`, `${column} < ${n}`], `w${i}`),
        );
        continue;
      }
      const l = this.#int(`k${i}`, `start + deep + ${4 * i}`);
      this.#ahead(`k${i}`, l);
      const at = `((group * ${per} + k${i}channel) * ${this.#taps} + k${i}number) * ${made} + column0 + lane`;
      const valid = [`${l} < ${k}`, `column0 + lane < ${n}`];
      this.#share('tileB', `deep + ${4 * i}`, 'lane', this.#other(at, valid, `w${i}`));
    }
  }

  /** Windows along columns; the depth goes through positions. */
  #loadPositions(): void {
    const { m, n, k } = this.sizes;
    const { groups, made } = this.#p;
    for (const i of FOUR) {
      const l = this.#int(`l${i}`, `start + deep + ${4 * i}`);
      const at = `${l} * ${groups * made} + group * ${made} + row0 + lane`;
      this.#share(
        'tileA',
        `deep + ${4 * i}`,
        'lane',
        this.#other(at, [`${l} < ${k}`, `row0 + lane < ${m}`], `y${i}`),
      );
      this.#place(`q${i}`, l);
      const valid = [`${l} < ${k}`, `column0 + lane < ${n}`];
      this.#share('tileB', `deep + ${4 * i}`, 'lane', this.#source(`q${i}`, 'j', valid, `x${i}`));
    }
  }

  #multiply(): string[] {
    const read = (name: string, tile: string, at: string) =>
      FOUR.map((i) => this.#d.constant('f32', `${name}${i}`, `${tile}[kk * ${PITCH} + ${at} * 4 + ${i}]`));
    return this.#d.loop('kk', '0', `${DEPTH}`, 1, [
      ...read('a', 'tileA', 'ty'),
      ...read('b', 'tileB', 'tx'),
      ...FOUR.flatMap((i) => FOUR.map((j) => `c${i}${j} = c${i}${j} + a${i} * b${j};`)),
    ]);
  }

  /** The row of the whole result that a row of this launch is. */
  #resultRow(name: string): string {
    const { axes } = this.#p;
    if (axes.every((a) => a.r === a.full)) return name;
    let rest = name;
    const digits = ['', '', ''];
    [2, 1, 0].forEach((i) => {
      digits[i] = `(${rest} % ${axes[i].r} * ${axes[i].every} + ${axes[i].first})`;
      rest = `(${rest} / ${axes[i].r})`;
    });
    return `(((${rest} * ${axes[0].full} + ${digits[0]}) * ${axes[1].full} + ${digits[1]}) * ${axes[2].full} + ${digits[2]})`;
  }

  #store(): void {
    const { m, n } = this.sizes;
    const { groups, made, residual, bias, slots, epilogue } = this.#p;
    const load = (slot: number | undefined, at: string) =>
      slot === undefined ? [] : [this.#d.load(slot, at, slots[slot])];
    for (const i of FOUR) {
      const row = this.#int(`m${i}`, `row0 + ty * 4 + ${i}`);
      const line = this.#isKernel
        ? `(group * ${made} + ${row}) * ${n} + column0`
        : `${this.#resultRow(row)} * ${groups * made} + group * ${made} + column0`;
      const first = this.#int(`line${i}`, `${line} + tx * 4`);
      for (const j of FOUR) {
        const column = `group * ${made} + column0 + tx * 4 + ${j}`;
        const extra = [...load(bias, column), ...load(residual, `${first} + ${j}`)];
        const value = [`c${i}${j}`, ...extra].join(' + ');
        const inside = all(`g < ${this.tiles}`, `${row} < ${m}`, `column0 + tx * 4 + ${j} < ${n}`);
        const store = epilogue
          ? [
              this.#d.constant('index', 'row', this.#resultRow(row)),
              this.#d.constant('index', 'i', column),
              this.#d.constant('f32', 'value', `(${value})`),
              ...epilogue,
            ]
          : [this.#d.store(2, `${first} + ${j}`, `(${value})`, slots[2])];
        this.#lines.push(`if (${inside}) { ${store.join(' ')} }`);
      }
    }
  }

  print(): string {
    this.#prepare();
    const before = this.#lines.splice(0);
    if (this.#isKernel) this.#loadPositions();
    else this.#loadWindows();
    const load = this.#lines.splice(0);
    this.#store();
    const { barrier } = this.#d;
    const loop = this.#d.loop('start', '0', `${this.sizes.k}`, DEPTH, [
      ...load,
      barrier,
      ...this.#multiply(),
      barrier,
    ]);
    const shared = ['tileA', 'tileB'].map((name) => ({ name, dtype: 'f32' as const, length: DEPTH * PITCH }));
    const body = [...before, ...loop, ...this.#lines];
    return this.#d.kernel({ slots: this.#p.slots, shared, threads: THREADS, body });
  }
}

function launchOf(
  context: TemplateContext,
  s: ConvSizes,
  axes: readonly ConvAxis[],
  whole: boolean,
  d: GpuDialect,
) {
  const { node, inputs, epilogue } = context;
  const { residual, bias } = addends(inputs, node.attrs);
  const ending = endingOf(context);
  const roles = rolesOf(node.attrs);
  // The source is the input, and the output where the input is the result.
  const from = s.gives === 'input' ? roles.indexOf('output') : roles.indexOf('input');
  const operands = [inputs[from], inputs[1 - from], ending.sums, residual, bias].filter(
    (id) => id !== undefined,
  );
  const buffers = [...operands, ...ending.others];
  const numberOf = (slot: number) => {
    const place = ending.placeOf(slot);
    return place < 0 ? 2 : operands.length + place;
  };
  const slots: Slot[] = operands.map((id, i) => ({
    ...{ dtype: 'f32', written: i === 2, storage: context.storage(id) },
  }));
  epilogue?.kernel.slots.forEach((slot, i) => {
    if (numberOf(i) > 2) slots[numberOf(i)] = slot;
  });
  const turned = s.gives === 'input';
  const [per, made] = [s.channels.input, s.channels.output].map((n) => n / s.groups);
  const printer = new ConvPrinter(
    {
      ...{ gives: s.gives, axes, batch: s.batch, groups: s.groups },
      ...{ per: turned ? made : per, made: turned ? per : made },
      ...{
        residual: residual === undefined ? undefined : 3,
        bias: bias === undefined ? undefined : operands.length - 1,
      },
      epilogue: epilogue && printGpuEpilogue(epilogue, d, numberOf),
      slots,
    },
    d,
  );
  const inPlace = whole && residual && context.storage(residual) === context.storage(ending.sums);
  const flops = opRow('conv').cost!(
    node.inputs.map((n) => n.types[0]),
    node.types,
    node.attrs,
  ).flops;
  return {
    symbol: '',
    text: printer.print(),
    args: buffers.map(bufferArg),
    tasks: printer.tiles,
    grid: [printer.tiles, 1, 1],
    block: THREADS,
    scratch: 0,
    reads: [...operands.filter((_, i) => i !== 2), ...ending.reads],
    writes: ending.writes,
    inPlace: inPlace ? inPlaceOf(ending, residual) : [],
    flops,
  } satisfies Launch;
}

/** The template of every backend whose kernels run in workgroups. */
export const gpuConv =
  (dialect: GpuDialect): Template =>
  (context) => {
    const s = convSizes(
      context.node.inputs.map((n) => n.types[0]),
      context.node.attrs,
    );
    // Where the kernel is the result, a spread input is read with its zeros: its positions are the depth.
    const launches = s.gives === 'kernel' ? [axesOf(s)] : launchesOf(axesOf(s));
    return launches.map((axes) => {
      const launch = launchOf(context, s, axes, launches.length === 1, dialect);
      return { ...launch, flops: launch.flops / launches.length };
    });
  };
