// WGSL does not promise that neighbouring threads of a workgroup are neighbours in their subgroup, and the
// engine's reductions need it. So it is asked once per device, by one small kernel.

/// <reference types="@webgpu/types" />

import { MAP_READ, usage } from './flags.ts';

const THREADS = 256;

/** Whether `subgroupShuffleXor(x, m)` reads thread `t ^ m` of a one-dimensional workgroup, for all m < width. */
export async function subgroupsAreLinear(device: GPUDevice, width: number): Promise<boolean> {
  const steps: string[] = [];
  for (let m = 1; m < width; m *= 2) steps.push(`ok &= u32(subgroupShuffleXor(t, ${m}u) == (t ^ ${m}u));`);
  const code = `enable subgroups;
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) t: u32) {
  var ok = 1u;
  ${steps.join('\n  ')}
  out[t] = ok;
}`;
  const bytes = 4 * THREADS;
  const result = device.createBuffer({ size: bytes, usage: usage.storageSource });
  const staging = device.createBuffer({ size: bytes, usage: usage.readback });
  try {
    const module = device.createShaderModule({ code });
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
    const group = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: result } }],
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(result, 0, staging, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(MAP_READ);
    return new Uint32Array(staging.getMappedRange()).every((flag) => flag === 1);
  } catch {
    return false;
  } finally {
    result.destroy();
    staging.destroy();
  }
}
