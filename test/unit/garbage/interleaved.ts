import type { ObjectStore } from '../../../src/store/port.js';

/** A store as one process sees it: every operation waits for its turn, and after `operations` of them the process is killed. */
export interface Turns {
  storeOf(operations?: number): Process;
  /** Lets the operations of all processes happen one at a time, in an order that the numbers choose, until the work is done. */
  run(work: Promise<unknown>): Promise<void>;
}

/** A process that was killed does nothing any more: what it had begun never ends. */
export interface Process {
  readonly store: ObjectStore;
  readonly killed: Promise<void>;
}

const IDLE_MS = 5;

/** @param choose - a number of 0 or more, below the one given. */
export function createTurns(inner: ObjectStore, choose: (below: number) => number): Turns {
  const waiting: (() => Promise<void>)[] = [];
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> =>
    new Promise((resolve, reject) => {
      waiting.push(() => work().then(resolve, reject));
    });
  return {
    storeOf: (operations = Infinity) => {
      let left = operations;
      let kill: () => void = () => undefined;
      const killed = new Promise<void>((resolve) => {
        kill = resolve;
      });
      const turn = <Result>(work: () => Promise<Result>): Promise<Result> => {
        if (left <= 0) return new Promise(() => undefined);
        left -= 1;
        if (left > 0) return inTurn(work);
        // The last operation happens, or is refused, and the process never hears of it.
        const die = (): Promise<never> => {
          kill();
          return new Promise<never>(() => undefined);
        };
        return inTurn(work).then(die, die);
      };
      const store: ObjectStore = {
        uri: inner.uri,
        localPath: () => null,
        get: (key, options) => turn(() => inner.get(key, options)),
        head: (key) => turn(() => inner.head(key)),
        put: (key, bytes) => turn(() => inner.put(key, bytes)),
        putIfAbsent: (key, bytes, options) => turn(() => inner.putIfAbsent(key, bytes, options)),
        putIfMatch: (key, bytes, etag) => turn(() => inner.putIfMatch(key, bytes, etag)),
        putFile: (key, path) => turn(() => inner.putFile(key, path)),
        getFile: (key, path) => turn(() => inner.getFile(key, path)),
        delete: (key) => turn(() => inner.delete(key)),
        list: async function* (prefix) {
          yield* await turn(async () => {
            const infos = [];
            for await (const info of inner.list(prefix)) infos.push(info);
            return infos;
          });
        },
      };
      return { store, killed };
    },
    run: async (work) => {
      const state = { isDone: false };
      const ended = work.finally(() => {
        state.isDone = true;
      });
      const settled = ended.catch(() => undefined);
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        const next = waiting.splice(choose(Math.max(1, waiting.length)), 1)[0];
        if (next !== undefined) await next();
        else if (state.isDone) break;
        else await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, IDLE_MS))]);
      }
      await ended;
    },
  };
}
