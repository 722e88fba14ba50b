import { Context } from '@temporalio/activity';
import type { GarbageActivities } from '../../contracts/store/garbage.js';
import { collectGarbage } from '../../garbage/collect-garbage.js';
import { openRuns } from '../../garbage/open-runs.js';
import type { ObjectStore } from '../../store/port.js';

const HEARTBEAT_MS = 10_000;

/** Cleaning of the store by a worker, for a schedule. Asks the server that gave the task which runs are open. */
export function createGarbageActivities(objects: ObjectStore): GarbageActivities {
  return {
    collectGarbage: async (options) => {
      const { client, cancellationSignal, heartbeat } = Context.current();
      let said = 'begins';
      const beat = setInterval(() => {
        heartbeat(said);
      }, HEARTBEAT_MS);
      try {
        return await collectGarbage(
          {
            objects,
            signal: cancellationSignal,
            openRuns: () => openRuns(client),
            progress: (message) => {
              said = message;
            },
          },
          options,
        );
      } finally {
        clearInterval(beat);
      }
    },
  };
}
