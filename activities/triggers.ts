import type { TriggerActivities } from '../src/contracts/plan/triggers.js';
import type { ObjectStore } from '../src/store/port.js';
import { prepareTriggeredRun } from '../src/triggers/prepare-run.js';
import { subscriptionsOf } from '../src/triggers/subscriptions.js';

/** The activities of the workflow that starts pipelines on a change. */
export function createTriggerActivities(objects: ObjectStore): TriggerActivities {
  return {
    readSubscriptions: async ({ subject }) =>
      (await subscriptionsOf(objects, subject)).map(({ pipeline, overlap }) => ({ pipeline, overlap })),
    prepareTriggeredRun: (input) => prepareTriggeredRun(objects, input),
  };
}
