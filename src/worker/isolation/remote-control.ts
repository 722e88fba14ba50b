import type { JsonPrimitive } from '../../contracts/json.js';
import type { StepControl } from '../../pipeline/step-control.js';
import type { OrdersNow, WorkerLine } from './messages.js';

/** Orders to a step in a process of its own: the worker looks for them and tells of each change. */
export class RemoteControl implements StepControl {
  readonly takesOrders: boolean;
  readonly #line: Pick<WorkerLine, 'ask'>;
  readonly #signal: AbortSignal;
  readonly #listeners = new Set<() => void>();
  #orders: OrdersNow;
  #save: Parameters<StepControl['between']>[0] = () => null;

  constructor(orders: OrdersNow, line: Pick<WorkerLine, 'ask'>, signal: AbortSignal) {
    this.takesOrders = orders.takesOrders;
    this.#orders = orders;
    this.#line = line;
    this.#signal = signal;
  }

  get pauseRequested(): boolean {
    return this.#orders.pauseRequested;
  }

  get stopRequested(): boolean {
    return this.#orders.stopRequested;
  }

  get values(): { readonly [name: string]: JsonPrimitive } {
    return this.#orders.values;
  }

  value(name: string): JsonPrimitive | undefined {
    return this.#orders.values[name];
  }

  onOrder(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async between(save: Parameters<StepControl['between']>[0]): Promise<'continue' | 'stop'> {
    this.#signal.throwIfAborted();
    if (!this.takesOrders) return 'continue';
    this.#save = save;
    return (await this.#line.ask({ kind: 'between' })) === 'stop' ? 'stop' : 'continue';
  }

  /** What the step has to keep, for the worker that carries an order out. */
  async save(): Promise<Uint8Array | null> {
    return this.#save();
  }

  change(orders: OrdersNow): void {
    this.#orders = orders;
    for (const listener of [...this.#listeners]) listener();
  }
}
