import { setImmediate as settled } from 'node:timers/promises';
import type { ObjectStore } from '../../../src/store/port.js';
import { memoryStore } from './memory-store.js';
import type { Objects } from './memory-store.js';

/** What becomes of an attempt at one operation of the store; `left`: it is given up from outside, and goes on all the same. */
type Fate = 'lives' | 'dies before it' | 'dies after it' | 'left';
type Waiting = { readonly release: (fate: Fate) => void };

const MOST_ATTEMPTS = 40;
const never = new Promise<never>(() => undefined);

class Killed extends Error {}

/**
 * Runs actors over one store, one operation of the store at a time. Numbers decide who is next and what becomes of an attempt; after the last
 * of them everybody lives and takes turns, so that all end.
 */
export class Interleaving {
  readonly objects: Objects = new Map();
  readonly #waiting: Waiting[] = [];
  readonly #numbers: Iterator<number>;
  readonly #fates: readonly Fate[];

  /** @param numbers - 0..65,535 each. @param fates - what may happen beside living. */
  constructor(numbers: readonly number[], fates: readonly Fate[]) {
    this.#numbers = numbers.values();
    this.#fates = fates;
  }

  /** 0..count-1. */
  choose(count: number): number {
    return this.#next() % count;
  }

  /** The store without gates. */
  get store(): ObjectStore {
    return memoryStore(this.objects, (operation) => Promise.resolve().then(operation));
  }

  /** Work that is done again by a new attempt when an attempt is killed, as an activity is. */
  async activity<T>(work: (store: ObjectStore) => Promise<T>): Promise<T> {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    }
    throw new Error(`killed ${MOST_ATTEMPTS} times`);
  }

  /** Until all actors have ended, and what was left behind too. */
  async run(actors: readonly Promise<unknown>[]): Promise<void> {
    let open = actors.length;
    for (const actor of actors) void actor.finally(() => (open -= 1)).catch(() => undefined);
    for (;;) {
      await settled();
      const number = this.#next();
      const [next] = this.#waiting.splice(number % Math.max(1, this.#waiting.length), 1);
      if (next !== undefined) next.release(this.#fates[(number >> 8) - 1] ?? 'lives');
      else if (open === 0) break;
    }
    await Promise.all(actors);
  }

  #next(): number {
    const number: number | undefined = this.#numbers.next().value as number | undefined;
    return number ?? 0;
  }

  async #attempt<T>(work: (store: ObjectStore) => Promise<T>): Promise<T> {
    let isDead = false;
    let end: (error: Error) => void = () => undefined;
    const death = new Promise<never>((_, reject) => (end = reject));
    const store = memoryStore(this.objects, async (operation) => {
      if (isDead) return never;
      const fate = await new Promise<Fate>((release) => this.#waiting.push({ release }));
      if (fate === 'dies before it' || fate === 'dies after it') {
        isDead = true;
        if (fate === 'dies after it') attempted(operation);
        end(new Killed());
        return never;
      }
      if (fate === 'left') end(new Killed());
      return operation();
    });
    const working = work(store);
    working.catch(() => undefined);
    return Promise.race([working, death]);
  }
}

/** Its answer, a refusal too, reaches nobody. */
function attempted(operation: () => unknown): void {
  try {
    operation();
  } catch {
    return;
  }
}
