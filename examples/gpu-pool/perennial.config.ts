import { defineConfig } from 'perennial-ml';

const device = (id: string) => ({ id, type: 'fake a100', vramGiB: 80 });

// perennial worker pipeline.ts --pool cpu --pool gpu-a100
export default defineConfig({
  profiles: {
    dev: {
      pools: {
        cpu: { cpu: 8 },
        'gpu-a100': { gpu: 2, gpuType: 'a100', vramGiB: 80, limit: 4, devices: [device('0'), device('1')] },
      },
    },
  },
});
