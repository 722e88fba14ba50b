import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DeviceLeases } from '../../../src/worker/devices/device-leases.js';

const leasesOf = (count: number): DeviceLeases =>
  new DeviceLeases(Array.from({ length: count }, (_, index) => ({ id: String(index), type: 'fake', vramGiB: 1 })));
const never = new AbortController().signal;
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('device leases', () => {
  it('give all that is asked for at once, or wait', async () => {
    const leases = leasesOf(2);
    const first = await leases.lease(1, 3, never, () => undefined);
    let waited = 0;
    const both = leases.lease(2, 3, never, () => (waited += 1));
    await settle();
    expect(waited).toBe(1);
    first.release();
    first.release();
    expect((await both).devices).toHaveLength(2);
  });

  it('serve by priority, then by arrival, and let nobody pass the first', async () => {
    const leases = leasesOf(2);
    const held = await leases.lease(1, 3, never, () => undefined);
    const order: string[] = [];
    const ask = async (name: string, count: number, priority: number): Promise<void> => {
      const lease = await leases.lease(count, priority, never, () => undefined);
      order.push(name);
      await settle();
      lease.release();
    };
    const all = [ask('big', 2, 3), ask('small', 1, 3), ask('urgent', 2, 1), ask('late', 1, 5)];
    await settle();
    expect(order).toEqual([]);
    held.release();
    await Promise.all(all);
    expect(order).toEqual(['urgent', 'big', 'small', 'late']);
  });

  it('leave the queue when the step is cancelled, and refuse what can never be', async () => {
    const leases = leasesOf(1);
    const held = await leases.lease(1, 3, never, () => undefined);
    const cancel = new AbortController();
    const waiting = leases.lease(1, 1, cancel.signal, () => undefined);
    const next = leases.lease(1, 3, never, () => undefined);
    cancel.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    held.release();
    expect((await next).devices).toEqual(['0']);
    await expect(leases.lease(2, 3, never, () => undefined)).rejects.toMatchObject({ code: 'POOL_DEVICES_MISSING' });
  });

  it('never give a device to two steps, and come to an end whatever is asked for', async () => {
    const need = fc.record({
      count: fc.integer({ min: 1, max: 4 }),
      priority: fc.integer({ min: 1, max: 5 }),
      cancelled: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(need, { maxLength: 20 }), async (needs) => {
        const leases = leasesOf(4);
        const held = new Set<string>();
        const work = async ({ count, priority, cancelled }: (typeof needs)[number]): Promise<void> => {
          const controller = new AbortController();
          const asked = leases.lease(count, priority, controller.signal, () => undefined);
          if (cancelled) controller.abort(new Error('cancelled'));
          const lease = await asked.catch(() => null);
          if (lease === null) return;
          expect(lease.devices).toHaveLength(count);
          for (const device of lease.devices) {
            expect(held.has(device)).toBe(false);
            held.add(device);
          }
          await settle();
          for (const device of lease.devices) held.delete(device);
          lease.release();
        };
        await Promise.all(needs.map(work));
        expect((await leases.lease(4, 5, never, () => undefined)).devices).toHaveLength(4);
      }),
      { numRuns: 50 },
    );
  });
});
