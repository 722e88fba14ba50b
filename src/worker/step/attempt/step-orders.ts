import { NO_ORDERS, type OrdersWrite, type StepOrders } from '../../../contracts/run/live-control.js';
import type { JsonPrimitive } from '../../../contracts/json.js';
import type { StepTask } from '../../../contracts/run.js';
import { reasonOf } from '../../../errors/describe-thrown.js';
import { isPipelineError } from '../../../errors/pipeline-error.js';
import type { StepControl } from '../../../pipeline/step-control.js';
import { parseRecord } from '../../../store/json/json-record.js';
import type { ObjectStore } from '../../../store/port.js';
import type { Heartbeats } from './heartbeats.js';
import { keyName } from '../run-keys.js';

const LOOK_EVERY_MS = 1_000;

export async function writeOrders(store: ObjectStore, { workflowId, runId, activityId, orders }: OrdersWrite): Promise<void> {
  await store.put(ordersKey(workflowId, runId, activityId), Buffer.from(JSON.stringify(orders)));
}

function ordersKey(workflowId: string, runId: string, activityId: string): string {
  return `runs/${keyName(workflowId)}/${keyName(runId)}/control/${keyName(activityId)}.json`;
}

type Surroundings = {
  readonly objects: ObjectStore;
  readonly activityId: string;
  readonly signal: AbortSignal;
  readonly save: (bytes: Uint8Array) => Promise<void>;
  readonly heartbeats: Heartbeats;
  readonly remark: (message: string) => void;
};

export type OpenControl = {
  readonly control: StepControl;
  /** True once the step has seen an order that changes its result: to stop early, or a live parameter that was set. */
  readonly steered: boolean;
  close(): void;
};

/** Orders of a step without `live`: there are never any. */
export const UNCONTROLLED: OpenControl = {
  control: {
    takesOrders: false,
    pauseRequested: false,
    stopRequested: false,
    value: () => undefined,
    values: {},
    onOrder: () => () => undefined,
    between: () => Promise.resolve('continue'),
  },
  steered: false,
  close: () => undefined,
};

/** Looks every second for orders to this step. Those given before the attempt began count, too, except for snapshots. */
export async function openControl(task: StepTask, surroundings: Surroundings): Promise<OpenControl> {
  if (task.live === undefined) return UNCONTROLLED;
  const orders = new OrderedControl(task, surroundings);
  await orders.open();
  return {
    control: orders,
    get steered() {
      return orders.steered;
    },
    close: () => {
      orders.close();
    },
  };
}

class OrderedControl implements StepControl {
  readonly takesOrders = true;
  readonly #key: string;
  readonly #surroundings: Surroundings;
  readonly #listeners = new Set<() => void>();
  #orders: StepOrders = NO_ORDERS;
  #snapshotsTaken = 0;
  #timer: NodeJS.Timeout | null = null;
  #looking = false;

  constructor(task: StepTask, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#key = ordersKey(task.run.workflowId, task.run.runId, surroundings.activityId);
  }

  async open(): Promise<void> {
    this.#orders = await this.#read();
    this.#snapshotsTaken = this.#orders.snapshots;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#listeners.clear();
  }

  get steered(): boolean {
    return this.#orders.stopped || Object.keys(this.#orders.values).length > 0;
  }

  get pauseRequested(): boolean {
    return this.#orders.paused;
  }

  get stopRequested(): boolean {
    return this.#orders.stopped;
  }

  value(name: string): JsonPrimitive | undefined {
    return this.values[name];
  }

  /** Those that the run has accepted: it checked each against its declaration, which is one value. */
  get values(): { readonly [name: string]: JsonPrimitive } {
    return this.#orders.values as { readonly [name: string]: JsonPrimitive };
  }

  onOrder(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async between(save: Parameters<StepControl['between']>[0]): Promise<'continue' | 'stop'> {
    const { signal, heartbeats } = this.#surroundings;
    signal.throwIfAborted();
    if (this.#orders.snapshots > this.#snapshotsTaken || this.#orders.paused) {
      this.#snapshotsTaken = this.#orders.snapshots;
      const bytes = await save();
      if (bytes !== null) await this.#surroundings.save(bytes);
    }
    if (this.#orders.paused) {
      heartbeats.waits('resume (it is paused)');
      while (this.pauseRequested) await this.#nextOrder(signal);
      heartbeats.works();
    }
    return this.#orders.stopped ? 'stop' : 'continue';
  }

  #nextOrder(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget = this.onOrder(() => {
        forget();
        signal.removeEventListener('abort', abort);
        resolve();
      });
      const abort = (): void => {
        forget();
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
    });
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const orders = await this.#read();
      const isNew = JSON.stringify(orders) !== JSON.stringify(this.#orders);
      this.#orders = orders;
      if (isNew) for (const listener of [...this.#listeners]) listener();
    } catch (error) {
      // The step goes on as it is, and looks again in a second.
      this.#surroundings.remark(`orders could not be read: ${reasonOf(error)}`);
    } finally {
      this.#looking = false;
    }
  }

  async #read(): Promise<StepOrders> {
    try {
      const { bytes } = await this.#surroundings.objects.get(this.#key);
      return { ...NO_ORDERS, ...parseRecord<Partial<StepOrders>>(bytes, this.#key, []) };
    } catch (error) {
      if (isPipelineError(error) && error.code === 'STORE_NOT_FOUND') return NO_ORDERS;
      throw error;
    }
  }
}
