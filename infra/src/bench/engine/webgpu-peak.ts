// What the shader cores can do at most: chains of fused multiply-adds in registers, written in WGSL.

/// <reference types="@webgpu/types" />

const THREADS = 256;
/** Independent chains of vec4 per thread: enough to hide the latency of one. */
const CHAINS = 8;

function probe(iterations: number): string {
  const each = (f: (i: number) => string) => Array.from({ length: CHAINS }, (_, i) => f(i)).join('\n  ');
  return `@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let a = vec4<f32>(0.999f) + vec4<f32>(f32(id.x & 1u)) * 1e-6f;
  let b = vec4<f32>(0.001f);
  ${each((i) => `var c${i} = vec4<f32>(f32(id.x) + ${i}.0f);`)}
  for (var i = 0; i < ${iterations}; i++) {
    ${each((i) => `  c${i} = fma(c${i}, a, b);`)}
  }
  let sum = ${Array.from({ length: CHAINS }, (_, i) => `c${i}`).join(' + ')};
  out[id.x] = dot(sum, vec4<f32>(1.0f));
}`;
}

/** A function that measures the peak in GFLOP/s of float32. */
export async function peakProbe(gpu: GPU, isSoftware: boolean): Promise<() => Promise<number>> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  const device = await (adapter as GPUAdapter).requestDevice();
  const [iterations, groups] = isSoftware ? [64, 4] : [4096, 8192];
  const module = device.createShaderModule({ code: probe(iterations) });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const buffer = device.createBuffer({ size: 4 * groups * THREADS, usage: 0x80 });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const run = async (times: number) => {
    const begin = performance.now();
    for (let i = 0; i < times; i++) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(groups);
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
    await device.queue.onSubmittedWorkDone();
    return performance.now() - begin;
  };
  await run(1);
  return async () => {
    const times = isSoftware ? 1 : 8;
    const milliseconds = await run(times);
    return (times * 2 * 4 * CHAINS * iterations * groups * THREADS) / milliseconds / 1e6;
  };
}
