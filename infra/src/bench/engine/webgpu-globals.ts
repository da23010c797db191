/** The names that WebGPU programs for browsers expect: GPUBufferUsage, GPUMapMode and the classes. */
export async function dawnGlobals(): Promise<object> {
  const { globals } = await import('webgpu');
  return globals;
}
