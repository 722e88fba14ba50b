import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliProcess } from '../../test-processes.js';

/** Workers of the same store and server, one after the other, each of which can be told at which of its writes to the store it is killed. */
export class DyingWorkers {
  readonly store: string;
  readonly #files: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  readonly #moment: string;
  #worker: CliProcess | null = null;

  constructor(folder: string, address: string, files: readonly string[]) {
    this.store = join(folder, 'store');
    this.#files = files;
    this.#moment = join(folder, 'moment');
    this.#environment = { PERENNIAL_STORE: this.store, TEMPORAL_ADDRESS: address, DIES_FILE: this.#moment };
  }

  /** @param moment - such as `before /cache/steps/`: a part of the path of what is written. */
  async willDie(moment: string): Promise<void> {
    await writeFile(this.#moment, moment);
  }

  /** Starts the next one; without a moment it lives on until it is told otherwise. */
  async start(moment = 'never'): Promise<void> {
    await this.willDie(moment);
    this.#worker = await CliProcess.run(
      'a worker that can be killed',
      [
        ...['--import', './test/faults/fixtures/processes/dying-in-a-write.mjs'],
        'test/faults/fixtures/processes/worker-alone.mjs',
        ...this.#files,
      ],
      this.#environment,
    );
  }

  /** How the one that runs has ended, once it has. */
  async ended(): Promise<NodeJS.Signals | null | undefined> {
    return this.#worker?.ended();
  }

  async kill9(): Promise<void> {
    await this.#worker?.kill9();
  }
}
