// The GPU of this machine and its PyTorch, or why there is none: benches on CUDA say it plainly and are not ok.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type CudaDevice, openCuda, type Speed } from '@tsudoi/engine/cuda';
import type { BenchCase } from '../bench.ts';
import { type PythonPeer, pythonPeer } from '../peers/python.ts';

export interface CudaMachine {
  readonly device: CudaDevice;
  /** PyTorch of this machine's Python; absent when there is none with CUDA. */
  readonly torch?: PythonPeer;
  readonly peer: string;
  close(): void;
}

const script = fileURLToPath(new URL('./torch_peer.py', import.meta.url));

async function torchHere(): Promise<PythonPeer | undefined> {
  try {
    await promisify(execFile)('python3', ['-c', 'import torch; assert torch.cuda.is_available()']);
  } catch {
    return undefined;
  }
  return pythonPeer(script, [], { interpreter: 'python3' });
}

/** The machine, or the one line that says what is missing. */
export async function cudaMachine(): Promise<CudaMachine | string> {
  let device: CudaDevice;
  try {
    device = openCuda();
  } catch (error) {
    return `There is no CUDA device here, nothing was measured: ${(error as Error).message}`;
  }
  const torch = await torchHere();
  const peer = torch ? `PyTorch ${await torch.call<string>('version')}` : 'PyTorch';
  const close = () => {
    torch?.close();
    device.dispose();
  };
  return { device, torch, peer, close };
}

/** What stands in the result where there is no GPU: never ok. */
export function withoutGpu(name: string, unit: string, why: string): BenchCase {
  return {
    ...{ case: name, peer: 'PyTorch', unit, better: 'more' as const, missing: why },
    ours: () => 0,
    verify: () => false,
  };
}

interface Pair {
  readonly name: string;
  readonly unit: string;
  readonly must: number;
  readonly aim: number;
  /** Converts milliseconds of the peer into the unit. */
  readonly rate: (milliseconds: number) => number;
  readonly ours: () => Speed;
  readonly call: string;
  readonly argument: unknown;
  /** How far the two results may be apart, relative. */
  readonly near: number;
}

/** A case of ours against PyTorch on the same machine. */
export function pairCase(machine: CudaMachine, pair: Pair): BenchCase {
  const checks = { ours: Number.NaN, theirs: Number.NaN };
  const { torch } = machine;
  return {
    ...{ case: pair.name, peer: machine.peer, unit: pair.unit, better: 'more' as const },
    ...{ must: pair.must, aim: pair.aim },
    ours() {
      const speed = pair.ours();
      checks.ours = speed.check;
      return speed.value;
    },
    ...(torch
      ? {
          async theirs() {
            const got = await torch.call<{ milliseconds: number; check: number }>(pair.call, pair.argument);
            checks.theirs = got.check;
            return pair.rate(got.milliseconds);
          },
        }
      : { missing: 'PyTorch with CUDA is not in this Python: pip install torch' }),
    verify: () => Math.abs(checks.ours / checks.theirs - 1) < pair.near,
  };
}
