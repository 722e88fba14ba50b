import { describe, expect, it } from '@jest/globals';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import { deviceEnvironment } from '../../../src/command/environment/device-environment.js';
import { discoverDevices, parseDevices, visibleDevices } from '../../../src/worker/devices/nvidia-smi.js';
import { poolDevices } from '../../../src/worker/devices/pool-devices.js';

// Written after the forms that NVIDIA documents (nvidia-smi manual; MIG user guide, "Device names"): no GPU was at hand to record from.
const HEAD = 'index, uuid, name, memory.total [MiB], mig.mode.current';
const TWO_A100 = `${HEAD}
0, GPU-4b0a9f5c-6d3e-8d54-2a39-0c8f5d2a6a11, NVIDIA A100-SXM4-80GB, 81920 MiB, Disabled
1, GPU-9f1d2c07-1c55-8a0e-bb1e-5f6f4a0c7d22, NVIDIA A100-SXM4-80GB, 81920 MiB, Disabled
`;
const TESLA_T4_WINDOWS = `${HEAD}\r\n0, GPU-0e6b8f11-93f5-5b27-7f1c-9a3e0c5a1b33, Tesla T4, 15360 MiB, [N/A]\r\n`;
const CUT_AND_WHOLE = `${HEAD}
0, GPU-c08b3f2e-2b6a-4a7d-9b5e-1d2f3a4b5c66, NVIDIA A100-SXM4-40GB, 40960 MiB, Enabled
1, GPU-d19c4a3f-3c7b-5b8e-ac6f-2e3a4b5c6d77, NVIDIA A100-SXM4-40GB, 40960 MiB, Disabled
`;
const CUT_LIST = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-c08b3f2e-2b6a-4a7d-9b5e-1d2f3a4b5c66)
  MIG 3g.20gb     Device  0: (UUID: MIG-2f3a1c5e-7b4d-5e6f-8a9b-0c1d2e3f4a5b)
  MIG 1c.3g.20gb  Device  1: (UUID: MIG-3a4b2d6f-8c5e-6f7a-9b0c-1d2e3f4a5b6c)
  MIG 1g.5gb+me   Device  2: (UUID: MIG-4b5c3e7a-9d6f-7a8b-ac1d-2e3f4a5b6c7d)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-d19c4a3f-3c7b-5b8e-ac6f-2e3a4b5c6d77)
`;

describe('what nvidia-smi says', () => {
  it('is read as devices with their type and memory', () => {
    expect(parseDevices(TWO_A100, '')).toEqual([
      { id: 'GPU-4b0a9f5c-6d3e-8d54-2a39-0c8f5d2a6a11', type: 'nvidia a100-sxm4-80gb', vramGiB: 80, index: '0' },
      { id: 'GPU-9f1d2c07-1c55-8a0e-bb1e-5f6f4a0c7d22', type: 'nvidia a100-sxm4-80gb', vramGiB: 80, index: '1' },
    ]);
    expect(parseDevices(TESLA_T4_WINDOWS, '')).toMatchObject([{ type: 'tesla t4', vramGiB: 15 }]);
  });

  it('gives the instances of a GPU that is cut up, not the GPU itself', () => {
    expect(parseDevices(CUT_AND_WHOLE, CUT_LIST).map(({ id, type, vramGiB }) => [id.slice(0, 12), type, vramGiB])).toEqual([
      ['MIG-2f3a1c5e', 'nvidia a100-sxm4-40gb mig 3g.20gb', 20],
      ['MIG-3a4b2d6f', 'nvidia a100-sxm4-40gb mig 1c.3g.20gb', 20],
      ['MIG-4b5c3e7a', 'nvidia a100-sxm4-40gb mig 1g.5gb+me', 5],
      ['GPU-d19c4a3f', 'nvidia a100-sxm4-40gb', 40],
    ]);
  });

  it('may be that there is none', () => {
    expect(parseDevices('No devices were found\n', 'No devices found.\n')).toEqual([]);
  });

  it.each([
    ['another program', 'command not supported'],
    ['a lost GPU', `${HEAD}\n0, [Unknown Error], NVIDIA A100, [Unknown Error], [Unknown Error]`],
    ['a line cut short', `${HEAD}\n0, GPU-4b0a`],
  ])('is refused when it is that of %s', (_, table) => {
    expect(() => parseDevices(table, '')).toThrow(expect.objectContaining({ code: 'POOL_DEVICES_MISSING' }));
  });

  it('counts as far as CUDA_VISIBLE_DEVICES lets this process see', () => {
    const devices = parseDevices(TWO_A100, '');
    const seen = (visible?: string): string[] => visibleDevices(devices, visible).map(({ id }) => id.slice(0, 8));
    expect(seen()).toEqual(['GPU-4b0a', 'GPU-9f1d']);
    expect(seen('1,0')).toEqual(['GPU-9f1d', 'GPU-4b0a']);
    expect(seen('GPU-9f1d2c07')).toEqual(['GPU-9f1d']);
    expect(seen('0,-1,1')).toEqual(['GPU-4b0a']);
    expect(seen('')).toEqual([]);
  });

  it('is an error with a cure where there is no such program', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    try {
      await expect(discoverDevices({})).rejects.toMatchObject({ code: 'POOL_DEVICES_MISSING' });
    } finally {
      process.env['PATH'] = before;
    }
  });
});

describe('the devices of a pool', () => {
  const fake = (id: string, vramGiB = 80) => ({ id, type: 'fake a100', vramGiB });

  it('are those that it lists, as many as it says', async () => {
    const pool = { gpu: 2, gpuType: 'A100', devices: [fake('0', 16), fake('1'), fake('2'), fake('3')], vramGiB: 40 };
    const devices = await poolDevices(new Map([['gpu', pool]]), {});
    expect(devices.get('gpu')?.map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('are never those of another pool of the worker', async () => {
    const devices = [fake('0'), fake('1')];
    const both = new Map([
      ['one', { gpu: 1, devices }],
      ['two', { gpu: 1, devices }],
    ]);
    expect([...(await poolDevices(both, {})).values()].flat().map(({ id }) => id)).toEqual(['0', '1']);
    const tooMany = new Map([...both, ['three', { gpu: 1, devices }]]);
    await expect(poolDevices(tooMany, {})).rejects.toThrow(PipelineError);
  });

  it('show themselves to a child process, and hide the rest', () => {
    expect(deviceEnvironment(['0', '2'])).toEqual({ CUDA_VISIBLE_DEVICES: '0,2', NVIDIA_VISIBLE_DEVICES: '0,2' });
    expect(deviceEnvironment([])).toEqual({ CUDA_VISIBLE_DEVICES: '', NVIDIA_VISIBLE_DEVICES: 'none' });
  });
});
