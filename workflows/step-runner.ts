import { CancellationScope } from '@temporalio/workflow';
import type { JsonObject } from '../src/contracts/json.js';
import type { RunIdentity } from '../src/contracts/run.js';
import { createActivityHost } from './activity-host.js';
import type { Cancellable } from './cancellable.js';
import type { ScopeSurroundings } from './scope-surroundings.js';
import { createMapHost } from './map-host.js';
import { runOptions } from './run-options.js';
import { stageOfStep } from './stages.js';
import { type PlacedPlan, placementOf } from './step-placement.js';

/** Whom steps are run for, and where. */
export type RunFrame = { readonly run: RunIdentity; readonly parameters: JsonObject; readonly placed: PlacedPlan };

/** Runs steps as stages over activities. `shield`: the steps are cancelled one by one, not by the scope of the workflow. */
export function stepRunner(frame: RunFrame, shield: CancellationScope): ScopeSurroundings['runStep'] {
  const { run, parameters, placed } = frame;
  const options = runOptions();
  return (call) =>
    cancellable(shield, () => {
      const host = createActivityHost({ ...call, run, parameters, ...placementOf(placed, call.step, options) });
      return stageOfStep(call.step)(call.step.kind === 'map' ? { ...host, map: createMapHost(call, frame) } : host);
    });
}

export function cancellable<T>(parent: CancellationScope, work: () => Promise<T>): Cancellable<T> {
  const scope = new CancellationScope({ cancellable: true, parent });
  return {
    done: scope.run(work),
    cancel: () => {
      scope.cancel();
    },
  };
}
