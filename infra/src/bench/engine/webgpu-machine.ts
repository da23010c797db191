// Whether this machine has a GPU behind WebGPU. Without one the benches still run, on SwiftShader, and say plainly
// that nothing was measured.

import { startContender } from './contender.ts';

export const SOFTWARE = 'software adapter: not a measurement';

export interface WebGpuMachine {
  readonly name: string;
  readonly isSoftware: boolean;
  start(side: 'ours' | 'jax' | 'peak', task: string, size: number): ReturnType<typeof startContender>;
}

export async function webGpuMachine(): Promise<WebGpuMachine> {
  const asked = (software: boolean) => async () => {
    const probe = startContender('webgpu-contender', ['peak', '-', '0', ...(software ? ['software'] : [])]);
    try {
      return await probe.call<{ name: string; isSoftware: boolean } | null>('device');
    } finally {
      probe.close();
    }
  };
  const real = await asked(false)();
  const found = real ?? (await asked(true)());
  if (!found) throw new Error('neither a GPU nor SwiftShader answered');
  const extra = real ? [] : ['software'];
  return {
    ...found,
    start: (side, task, size) => startContender('webgpu-contender', [side, task, `${size}`, ...extra]),
  };
}
