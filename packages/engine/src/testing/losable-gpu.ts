// A GPU that a test can take away, as a driver that crashes or a card that is unplugged does.

export function losable(gpu: GPU): { readonly gpu: GPU; lose(): void } {
  let raw: GPUDevice | undefined;
  const spied = {
    async requestAdapter(options: GPURequestAdapterOptions) {
      const adapter = (await gpu.requestAdapter(options))!;
      const request = adapter.requestDevice.bind(adapter);
      adapter.requestDevice = async (descriptor) => {
        raw = await request(descriptor);
        return raw;
      };
      return adapter;
    },
  };
  return { gpu: spied as unknown as GPU, lose: () => raw!.destroy() };
}
