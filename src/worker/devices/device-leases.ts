import type { DeviceSpec } from '../../contracts/plan/pools.js';
import { PipelineError } from '../../errors/pipeline-error.js';

export type DeviceLease = { readonly devices: readonly string[]; release(): void };

type Waiting = { readonly count: number; readonly priority: number; readonly grant: (devices: readonly string[]) => void };

/**
 * The devices of one pool in this process. A step gets all that it asks for at once or waits; those that wait are served by priority, then in the
 * order in which they came, and nobody passes the first: a step that needs many is not starved by those that need few. A process that dies takes
 * its leases with it.
 */
export class DeviceLeases {
  readonly devices: readonly DeviceSpec[];
  readonly #order: readonly string[];
  readonly #free: string[];
  readonly #waiting: Waiting[] = [];

  constructor(devices: readonly DeviceSpec[]) {
    this.devices = devices;
    this.#order = devices.map(({ id }) => id);
    this.#free = [...this.#order];
  }

  /**
   * @param priority - 1 goes first.
   * @throws PipelineError `POOL_DEVICES_MISSING` when there are not so many devices at all; the signal's reason when it aborts before.
   */
  async lease(count: number, priority: number, signal: AbortSignal, waits: () => void): Promise<DeviceLease> {
    signal.throwIfAborted();
    if (count > this.devices.length) {
      throw new PipelineError('POOL_DEVICES_MISSING', {
        what: `the step asks for ${count} devices`,
        expected: `at most ${this.devices.length}, which this worker has`,
      });
    }
    const devices = await new Promise<readonly string[]>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason as Error);
        this.#serve();
      };
      const waiting: Waiting = {
        count,
        priority,
        grant: (granted) => {
          signal.removeEventListener('abort', leave);
          resolve(granted);
        },
      };
      const behind = this.#waiting.findIndex((other) => other.priority > priority);
      this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, waiting);
      signal.addEventListener('abort', leave, { once: true });
      this.#serve();
      if (this.#waiting.includes(waiting)) waits();
    });
    let held = true;
    return {
      devices,
      release: () => {
        if (!held) return;
        held = false;
        this.#free.push(...devices);
        this.#free.sort((one, other) => this.#order.indexOf(one) - this.#order.indexOf(other));
        this.#serve();
      },
    };
  }

  #serve(): void {
    for (let first = this.#waiting[0]; first !== undefined && first.count <= this.#free.length; first = this.#waiting[0]) {
      this.#waiting.shift();
      first.grant(this.#free.splice(0, first.count));
    }
  }
}
