import { CancellationScope, CancelledFailure, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { MapRangeEnd, MapShardInput } from '../../../src/contracts/stages/map.js';
import type { SystemActivities } from '../../../src/contracts/system.js';
import { createActivityHost } from '../../steps/activity-host.js';
import { readOperands } from '../../scope/carriage.js';
import { cancellable } from '../../temporal/cancellable-scope.js';
import { GraphScope } from '../../scope/graph-scope.js';
import { localActivities } from '../../temporal/local-activities.js';
import { createMapHost } from './map-host.js';
import { authorOf, runOptions } from '../../run/run-options.js';
import { runShard } from './map-shards.js';
import type { RunFrame } from '../../run/run-frame.js';
import { stepRunner } from '../../steps/step-runner.js';
import { applicationFailure, coded, failureOf } from '../../temporal/temporal-failure.js';

const { readMapContext } = localActivities<SystemActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/**
 * Runs a part of a map that is too wide for one history. Items that fail are part of the result; fails only when the part as a whole
 * cannot be carried out.
 */
export function mapShard(input: MapShardInput): Promise<MapRangeEnd> {
  return coded(() => runPart(input));
}

async function runPart(input: MapShardInput): Promise<MapRangeEnd> {
  const {
    run,
    plan,
    step,
    instance,
    round,
    parameters,
    outer,
    placement,
    carriage,
    earlier,
    facts = {},
  } = await readMapContext({ context: input.context });
  const placed = {
    plan,
    placement,
    ...(carriage === undefined ? {} : { carriage }),
    ...(earlier === undefined ? {} : { earlier }),
  };
  const frame: RunFrame = { run, parameters, placed };
  const shield = new CancellationScope({ cancellable: false });
  const runInside = stepRunner(frame, shield);
  const { from, to } = input.range;
  const told = ({ succeeded, failed }: { readonly succeeded: number; readonly failed: number }): void => {
    setCurrentDetails(`items ${from} to ${to - 1} of ${run.workflowId}, ${step.id}: ${succeeded} succeeded, ${failed} failed`);
  };
  // The map is the one step of this scope; its own work is that of the part.
  const scope = new GraphScope(
    {
      steps: [step],
      instance,
      ownerRound: round,
      outer: (name) => (Object.hasOwn(outer, name) ? outer[name] : undefined),
      outerFacts: (name) => (Object.hasOwn(facts, name) ? facts[name] : Object.hasOwn(outer, name) ? outer[name] : undefined),
    },
    {
      parameters,
      now: () => Date.now(),
      failureOf,
      readOperands,
      author: authorOf(runOptions()),
      decided: () => undefined,
      timer: (ms) => cancellable(shield, () => sleep(ms)),
      changed: () => undefined,
      runStep: (call) =>
        call.step.id !== step.id
          ? runInside(call)
          : cancellable(shield, () => {
              const host = createActivityHost({ ...call, run, parameters });
              return runShard(host, createMapHost(call, frame), input, told);
            }),
    },
  );
  CancellationScope.current().cancelRequested.catch(() => {
    scope.cancel();
  });
  const verdict = await shield.run(() => scope.run());
  const result = scope.results.get(step.id);
  if (verdict === 'cancelled') throw new CancelledFailure('the shard was cancelled');
  if (result === undefined) throw applicationFailure(scope.failure(verdict));
  return result as unknown as MapRangeEnd;
}
