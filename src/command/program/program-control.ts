import fs from 'node:fs/promises';
import type { StepContext } from '../../pipeline/step-context.js';
import type { CheckpointSaver } from '../checkpoint-saver.js';
import type { ProgramEnd, ProgramGroup } from './process-group.js';
import { reasonOf } from '../../errors/describe-thrown.js';

type SteeredGroup = Pick<ProgramGroup, 'pause' | 'resume' | 'terminate'>;

/** What people order a running program: its control file, and signals to all of its processes. */
export interface ProgramControl {
  follow(group: SteeredGroup, saver: CheckpointSaver): void;
  /** Whether SIGTERM ended the program because it was told to end early while it ran. One that had no time to begin leaves nothing to take. */
  endedAsTold(end: ProgramEnd): boolean;
  close(): void;
}

type Orders = Pick<StepContext, 'control' | 'signal' | 'log'>;

/** What a shell says of a program that SIGTERM ended: 128 and the number of the signal. */
const EXIT_OF_SIGTERM = 143;

/**
 * `pause` takes the processor away from the program and saves its checkpoint, `snapshot` saves it, `stop` sends SIGTERM and takes what is there in
 * the end. All orders, live parameters too, lie in the control file, which is replaced in one move.
 */
export async function openProgramControl(file: string, orders: Orders): Promise<ProgramControl> {
  const { control } = orders;
  if (!control.takesOrders) return { follow: () => undefined, endedAsTold: () => false, close: () => undefined };
  await writeControl(file, control);
  const stoppedBefore = control.stopRequested;
  let following: Following | null = null;
  return {
    follow: (group, saver) => {
      following = new Following(file, orders, saver, group);
    },
    endedAsTold: ({ exitCode, signal }) =>
      control.stopRequested && !stoppedBefore && (signal === 'SIGTERM' || exitCode === EXIT_OF_SIGTERM),
    close: () => following?.close(),
  };
}

/** One program from its start to its end. */
class Following {
  readonly #file: string;
  readonly #orders: Orders;
  readonly #saver: CheckpointSaver;
  readonly #group: SteeredGroup;
  readonly #forget: () => void;
  #obeying: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(file: string, orders: Orders, saver: CheckpointSaver, group: SteeredGroup) {
    this.#file = file;
    this.#orders = orders;
    this.#saver = saver;
    this.#group = group;
    this.#forget = orders.control.onOrder(() => {
      this.#hear();
    });
    this.#hear();
  }

  close(): void {
    this.#isClosed = true;
    this.#forget();
  }

  #hear(): void {
    // At once: what is saved next is what the program had written by then.
    if (this.#orders.control.pauseRequested) this.#group.pause();
    this.#obeying = this.#obeying.then(() => this.#obey());
  }

  async #obey(): Promise<void> {
    const { control, signal, log } = this.#orders;
    try {
      await writeControl(this.#file, control);
      const next = await control.between(async () => {
        await this.#saver.now();
        return null;
      });
      if (this.#isClosed || control.pauseRequested) return;
      await writeControl(this.#file, control);
      if (next === 'stop') this.#group.terminate();
      else this.#group.resume();
    } catch (error) {
      // The folder of a program that has ended is gone.
      if (!signal.aborted && !this.#isClosed) log.warn('an order could not be carried out', { reason: reasonOf(error) });
    }
  }
}

async function writeControl(file: string, { pauseRequested, stopRequested, values }: StepContext['control']): Promise<void> {
  const fresh = `${file}.new`;
  await fs.writeFile(fresh, `${JSON.stringify({ pause: pauseRequested, stop: stopRequested, values })}\n`);
  await fs.rename(fresh, file);
}
