import os from 'node:os';
import type { StepKind } from '../../../contracts/plan.js';
import type { StepTask } from '../../../contracts/run.js';
import { type DeviceLease, DeviceLeases } from '../../devices/device-leases.js';
import type { Heartbeats } from '../attempt/heartbeats.js';
import { NO_DEVICES } from './hold-devices.js';

/** Steps of these kinds work in threads or in processes of their own, and take a core unless they ask for more. */
const BUSY: ReadonlySet<StepKind> = new Set<StepKind>(['ingest', 'validate', 'feature', 'train', 'evaluate', 'command']);

/** The cores of this machine, handed out to the steps of this process, whichever of its workers they came by. */
export const machineCores = new DeviceLeases(
  Array.from({ length: os.availableParallelism() }, (_, index) => ({ id: String(index), type: 'core', vramGiB: 0 })),
);

/** Waits for the cores that the step uses: `resources.cpu`, all of the machine's at most. Custom steps that ask for none share the main thread. */
export async function holdCores(
  { kind, resources }: Pick<StepTask, 'kind' | 'resources'>,
  desk: { readonly leases: DeviceLeases; readonly priority: number } | undefined,
  signal: AbortSignal,
  heartbeats: Pick<Heartbeats, 'waits' | 'works'>,
): Promise<DeviceLease> {
  const asked = Math.ceil(resources?.cpu ?? (BUSY.has(kind) ? 1 : 0));
  if (desk === undefined || asked === 0) return NO_DEVICES;
  const count = Math.min(asked, desk.leases.devices.length);
  const waits: string[] = [];
  const lease = await desk.leases.lease(count, desk.priority, signal, () => {
    const what = `${count} core${count === 1 ? '' : 's'}`;
    waits.push(what);
    heartbeats.waits(what);
  });
  if (waits.length > 0) heartbeats.works();
  return lease;
}
