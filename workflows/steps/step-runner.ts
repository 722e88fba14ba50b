import type { CancellationScope } from '@temporalio/workflow';
import { createActivityHost } from './activity-host.js';
import { cancellable } from '../temporal/cancellable-scope.js';
import type { ScopeSurroundings } from '../scope/scope-surroundings.js';
import { createMapHost } from '../stages/map/map-host.js';
import type { RunFrame } from '../run/run-frame.js';
import { runOptions } from '../run/run-options.js';
import { stageOfStep } from '../stages/stages.js';
import { placementOf } from './step-placement.js';

/** Runs steps as stages over activities. `shield`: the steps are cancelled one by one, not by the scope of the workflow. */
export function stepRunner(frame: RunFrame, shield: CancellationScope): ScopeSurroundings['runStep'] {
  const { run, parameters, placed } = frame;
  const options = runOptions();
  const carried = {
    ...(placed.carriage === undefined ? {} : { carriage: placed.carriage }),
    ...(placed.earlier === undefined ? {} : { earlier: placed.earlier }),
  };
  return (call) =>
    cancellable(shield, () => {
      const host = createActivityHost({ ...call, run, parameters, ...placementOf(placed, call.step, options), ...carried });
      return stageOfStep(call.step)(call.step.kind === 'map' ? { ...host, map: createMapHost(call, frame) } : host);
    });
}
