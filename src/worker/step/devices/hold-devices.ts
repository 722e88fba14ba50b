import type { StepTask } from '../../../contracts/run.js';
import type { DeviceLease, DeviceLeases } from '../../devices/device-leases.js';
import type { Heartbeats } from '../attempt/heartbeats.js';

/** What the worker of a pool gives to a step that has this priority, 1 to 5. */
export type DeviceDesk = { readonly leases: DeviceLeases; readonly priority: number };

export const NO_DEVICES: DeviceLease = { devices: [], release: () => undefined };

/** Waits for as many devices as the step asks for; heartbeats tell that it waits, and what it got. */
export async function holdDevices(
  { resources }: StepTask,
  desk: DeviceDesk | undefined,
  signal: AbortSignal,
  heartbeats: Heartbeats,
): Promise<DeviceLease> {
  const count = resources?.gpu ?? 0;
  if (desk === undefined || count === 0) return NO_DEVICES;
  const lease = await desk.leases.lease(count, desk.priority, signal, () => {
    heartbeats.waits(`${count} device${count === 1 ? '' : 's'}`);
  });
  heartbeats.holds(lease.devices);
  return lease;
}
