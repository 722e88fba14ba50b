import { describe, expect, it } from '@jest/globals';
import { DeviceLeases } from '../../../src/worker/devices/device-leases.js';
import { holdCores } from '../../../src/worker/step/devices/hold-cores.js';

const cores = (count: number): DeviceLeases =>
  new DeviceLeases(Array.from({ length: count }, (_, index) => ({ id: String(index), type: 'core', vramGiB: 0 })));
const signal = new AbortController().signal;

function listener(): { readonly told: string[]; waits(text: string): void; works(): void } {
  const told: string[] = [];
  return {
    told,
    waits: (text) => {
      told.push(`waits for ${text}`);
    },
    works: () => {
      told.push('works');
    },
  };
}

describe('cores', () => {
  it('lets a stage take one core, a custom step that asks for none take none', async () => {
    const leases = cores(2);
    const train = await holdCores({ kind: 'train' }, { leases, priority: 3 }, signal, listener());
    expect(train.devices).toHaveLength(1);
    const step = await holdCores({ kind: 'step' }, { leases, priority: 3 }, signal, listener());
    expect(step.devices).toHaveLength(0);
  });

  it('gives a step that asks for more than there are all of them', async () => {
    const leases = cores(2);
    const lease = await holdCores({ kind: 'step', resources: { cpu: 8 } }, { leases, priority: 3 }, signal, listener());
    expect(lease.devices).toEqual(['0', '1']);
  });

  it('makes a step wait while the cores are taken, says so, and lets it work when they are free', async () => {
    const leases = cores(2);
    const first = await holdCores({ kind: 'train', resources: { cpu: 2 } }, { leases, priority: 3 }, signal, listener());
    const heard = listener();
    const second = holdCores({ kind: 'train' }, { leases, priority: 3 }, signal, heard);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard.told).toEqual(['waits for 1 core']);
    first.release();
    expect((await second).devices).toHaveLength(1);
    expect(heard.told).toEqual(['waits for 1 core', 'works']);
  });
});
