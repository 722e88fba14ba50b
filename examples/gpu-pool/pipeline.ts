import { definePipeline, param } from 'perennial-ml';

/** Two small models share a machine with two devices; the large one waits until it has both. Run it without GPUs: the devices are made up. */
export default definePipeline('gpu-pool', { params: {}, team: 'vision', concurrency: { runs: 2 } }, (p) => {
  const images = p.step('images', { run: () => ({ count: 1_000 }) });
  const small = ['left', 'right'].map((id) =>
    p.step(id, {
      inputs: { images },
      resources: { gpu: 1 },
      run: ({ images: { count } }, context) => ({ count, devices: [...context.devices] }),
    }),
  );
  p.step('large', {
    inputs: { images },
    after: small,
    resources: { gpu: 2, gpuType: 'a100', vramGiB: 40 },
    priority: 1,
    live: { temperature: param.number({ min: 0, max: 1 }) },
    run: async (_: object, context): Promise<{ epochs: number; devices: string[] }> => {
      let epochs = 0;
      while (epochs < 3 && (await context.control.between(() => Buffer.from(String(epochs)))) === 'continue') {
        epochs += 1;
        context.progress(epochs, 3);
      }
      return { epochs, devices: [...context.devices] };
    },
  });
});
