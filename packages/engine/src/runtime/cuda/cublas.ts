// cuBLASLt through koffi, for machines that have it. Products are planned before a step is captured; algorithms
// that add parts in place with atomics are refused, so that results have the same bits every time.

import type { LibraryHandle } from 'koffi';
import type { Arg } from '../../schedule/launch.ts';
import { type CudaDriver, CudaError } from './driver.ts';
import { loadLibrary } from './libraries.ts';

const TYPE = { f32: 0, bf16: 14 } as const;
const COMPUTE_32F = 68;
const DESC_TRANS_A = 3;
const DESC_TRANS_B = 4;
const LAYOUT_BATCH = 5;
const LAYOUT_STRIDE = 6;
const PREFERENCE_WORKSPACE = 1;
const PREFERENCE_REDUCTION = 3;
/** In the compute type or the output type through the workspace, not in place. */
const DETERMINISTIC_REDUCTIONS = 2 | 4;
const WORKSPACE = 32 << 20;
/** cublasLtMatmulHeuristicResult_t begins with the algorithm's 64 bytes and is 96 bytes long. */
const HEURISTIC_BYTES = 96;
const ALGORITHM_BYTES = 64;

const NAMES = ['libcublasLt.so.13', 'libcublasLt.so.12', 'libcublasLt.so.11', 'libcublasLt.so'];

function bind(lib: LibraryHandle) {
  const f = (declaration: string) => lib.func(declaration);
  return {
    create: f('int cublasLtCreate(_Out_ int64_t *handle)'),
    destroy: f('int cublasLtDestroy(int64_t handle)'),
    version: f('size_t cublasLtGetVersion()'),
    desc: f('int cublasLtMatmulDescCreate(_Out_ int64_t *desc, int compute, int scale)'),
    setDesc: f(
      'int cublasLtMatmulDescSetAttribute(int64_t desc, int attribute, const void *value, size_t bytes)',
    ),
    layout: f(
      'int cublasLtMatrixLayoutCreate(_Out_ int64_t *layout, int type, uint64_t rows, uint64_t cols, int64_t ld)',
    ),
    setLayout: f(
      'int cublasLtMatrixLayoutSetAttribute(int64_t layout, int attribute, const void *value, size_t bytes)',
    ),
    preference: f('int cublasLtMatmulPreferenceCreate(_Out_ int64_t *preference)'),
    setPreference: f(
      'int cublasLtMatmulPreferenceSetAttribute(int64_t preference, int attribute, const void *value, size_t bytes)',
    ),
    heuristic: f(
      'int cublasLtMatmulAlgoGetHeuristic(int64_t handle, int64_t desc, int64_t a, int64_t b, int64_t c, int64_t d, ' +
        'int64_t preference, int requested, _Out_ uint8_t *results, _Out_ int *found)',
    ),
    matmul: f(
      'int cublasLtMatmul(int64_t handle, int64_t desc, const float *alpha, int64_t a, int64_t la, int64_t b, ' +
        'int64_t lb, const float *beta, int64_t c, int64_t lc, int64_t d, int64_t ld, const uint8_t *algorithm, ' +
        'int64_t workspace, size_t workspaceBytes, int64_t stream)',
    ),
  };
}

interface Plan {
  readonly desc: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly algorithm: Uint8Array;
}

const ONE = Float32Array.of(1);
const ZERO = Float32Array.of(0);

export class CublasLt {
  readonly version: string;
  readonly #calls: ReturnType<typeof bind>;
  readonly #driver: CudaDriver;
  readonly #handle: number;
  readonly #preference: number;
  readonly #workspace: number;
  readonly #plans = new Map<string, Plan>();

  constructor(lib: LibraryHandle, driver: CudaDriver) {
    this.#calls = bind(lib);
    this.#driver = driver;
    this.version = `${this.#calls.version()}`;
    this.#handle = this.#out((o) => this.#calls.create(o), 'starting');
    this.#preference = this.#out((o) => this.#calls.preference(o), 'preferring');
    this.#workspace = driver.alloc(WORKSPACE, 'cuBLASLt');
    const set = (attribute: number, value: BigUint64Array | Uint32Array) =>
      this.#check(
        this.#calls.setPreference(this.#preference, attribute, value, value.byteLength),
        'preferring',
      );
    set(PREFERENCE_WORKSPACE, BigUint64Array.of(BigInt(WORKSPACE)));
    set(PREFERENCE_REDUCTION, Uint32Array.of(DETERMINISTIC_REDUCTIONS));
  }

  #check(status: number, doing: string): void {
    if (status !== 0) throw new CudaError(`cuBLASLt failed while ${doing} (status ${status}).`, status);
  }

  #out(call: (out: [number]) => number, doing: string): number {
    const out: [number] = [0];
    this.#check(call(out), doing);
    return Number(out[0]);
  }

  #layout(type: number, [rows, cols]: readonly [number, number], batch: number): number {
    const layout = this.#out((o) => this.#calls.layout(o, type, rows, cols, rows), 'describing a matrix');
    const set = (attribute: number, value: Int32Array | BigInt64Array) =>
      this.#check(this.#calls.setLayout(layout, attribute, value, value.byteLength), 'describing a batch');
    set(LAYOUT_BATCH, Int32Array.of(batch));
    set(LAYOUT_STRIDE, BigInt64Array.of(BigInt(rows * cols)));
    return layout;
  }

  /** The plan for (batch, m, n, k, ta, tb, operands in bfloat16, result in bfloat16). */
  #plan(numbers: readonly number[]): Plan {
    const key = numbers.join();
    const known = this.#plans.get(key);
    if (known) return known;
    const [batch, m, n, k, ta, tb, low, lowOut] = numbers;
    const c = this.#calls;
    const desc = this.#out((o) => c.desc(o, COMPUTE_32F, TYPE.f32), 'describing a product');
    // Row-major c = a b is column-major c' = b' a': the operands change places and keep their transposition.
    for (const [attribute, transposed] of [
      [DESC_TRANS_A, tb],
      [DESC_TRANS_B, ta],
    ]) {
      this.#check(c.setDesc(desc, attribute, Int32Array.of(transposed), 4), 'describing a product');
    }
    const [type, out] = [low ? TYPE.bf16 : TYPE.f32, lowOut ? TYPE.bf16 : TYPE.f32];
    const first = this.#layout(type, tb ? [k, n] : [n, k], batch);
    const second = this.#layout(type, ta ? [m, k] : [k, m], batch);
    const result = this.#layout(out, [n, m], batch);
    const found: [number] = [0];
    const heuristics = new Uint8Array(HEURISTIC_BYTES);
    const doing = `choosing an algorithm for ${m} x ${n} x ${k}`;
    this.#check(
      c.heuristic(this.#handle, desc, first, second, result, result, this.#preference, 1, heuristics, found),
      doing,
    );
    if (found[0] < 1)
      throw new CudaError(`cuBLASLt has no algorithm for a product of ${m} x ${n} x ${k}.`, 15);
    const plan = { desc, a: first, b: second, c: result, algorithm: heuristics.slice(0, ALGORITHM_BYTES) };
    this.#plans.set(key, plan);
    return plan;
  }

  /** Plans the products of a program, so that nothing is chosen while a graph is recorded. */
  prepare(launches: readonly (readonly Arg[])[]): void {
    for (const args of launches) this.#plan(args.slice(4).map((arg) => (arg.kind === 'int' ? arg.value : 0)));
  }

  /** Runs one product: addresses of a, b, c, the residual (or 0), then the numbers of the plan. */
  matmul(words: readonly number[], stream: number): void {
    const [a, b, out, residual, ...numbers] = words;
    const plan = this.#plan(numbers);
    const from = residual || out;
    const status = this.#calls.matmul(
      ...([
        this.#handle,
        plan.desc,
        ONE,
        b,
        plan.a,
        a,
        plan.b,
        residual ? ONE : ZERO,
        from,
        plan.c,
        out,
        plan.c,
      ] as const),
      ...([plan.algorithm, this.#workspace, WORKSPACE, stream] as const),
    );
    this.#check(status, 'multiplying');
  }

  dispose(): void {
    this.#calls.destroy(this.#handle);
    this.#driver.free(this.#workspace);
  }
}

export function openCublasLt(driver: CudaDriver, places: readonly string[] = []): CublasLt | undefined {
  const lib = loadLibrary(NAMES, places);
  return lib && new CublasLt(lib, driver);
}
