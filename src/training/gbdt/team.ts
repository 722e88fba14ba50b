const ABORTED = 0;
const ARRIVED = 1;
const GENERATION = 2;
const SPINS = 500;
const POLL_MS = 1_000;

/** Memory of a team's barrier: shared by its threads and by the thread that may abort them. */
export function createTeamControl(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
}

/** Makes every member throw `TeamAborted` at its next barrier, also those that wait at one. */
export function abortTeam(control: Int32Array): void {
  Atomics.store(control, ABORTED, 1);
  Atomics.notify(control, GENERATION);
}

/** Thrown in the threads, never outside. */
export class TeamAborted extends Error {}

/**
 * One of `size` threads that all run the same code on shared memory, each on its own part, and meet at barriers. All decisions are taken
 * by every member from the same shared values, so no messages are needed.
 */
export class TeamMember {
  readonly index: number;
  readonly size: number;
  readonly #control: Int32Array;

  constructor(control: Int32Array, index: number, size: number) {
    this.#control = control;
    this.index = index;
    this.size = size;
  }

  /** Returns when all members have come here; what they wrote before is visible after. */
  barrier(): void {
    const control = this.#control;
    if (Atomics.load(control, ABORTED) !== 0) throw new TeamAborted();
    if (this.size === 1) return;
    const generation = Atomics.load(control, GENERATION);
    if (Atomics.add(control, ARRIVED, 1) === this.size - 1) {
      Atomics.store(control, ARRIVED, 0);
      Atomics.add(control, GENERATION, 1);
      Atomics.notify(control, GENERATION);
      return;
    }
    for (let spin = 0; spin < SPINS; spin += 1) if (Atomics.load(control, GENERATION) !== generation) return;
    while (Atomics.load(control, GENERATION) === generation) {
      if (Atomics.load(control, ABORTED) !== 0) throw new TeamAborted();
      Atomics.wait(control, GENERATION, generation, POLL_MS);
    }
  }

  /** How many members get a share of `items` items when none shall be smaller than `grain`. */
  sharers(items: number, grain: number): number {
    return Math.max(1, Math.min(this.size, Math.floor(items / grain)));
  }

  /** This member's share of [from, to): contiguous, in order of the members, none smaller than `grain` unless it is the only one. */
  share(from: number, to: number, grain = 1): readonly [number, number] {
    const members = this.sharers(to - from, grain);
    if (this.index >= members) return [to, to];
    const cut = (index: number): number => from + Math.floor(((to - from) * index) / members);
    return [cut(this.index), cut(this.index + 1)];
  }
}
