import { CancellationScope, CancelledFailure, executeChild, workflowInfo } from '@temporalio/workflow';
import type { MapContext, MapRangeEnd, MapShardInput } from '../../../src/contracts/stages/map.js';
import { cancellable } from '../../temporal/cancellable-scope.js';
import { CHILD_OPTIONS } from '../../starts/child-run.js';
import type { StepCall } from '../../scope/scope-surroundings.js';
import { mapContext } from './map-context.js';
import type { MapHost } from '../stage-host.js';
import type { RunFrame } from '../../run/run-frame.js';
import { failureOf } from '../../temporal/temporal-failure.js';

/** What a map can do in a workflow: its shards are child workflows, `<run>/<step>/<from>-<to>`. Called in the scope of the step. */
export function createMapHost(call: StepCall, { run, parameters, placed }: RunFrame): MapHost {
  const scope = CancellationScope.current();
  const { step, instance, round } = call;
  const name = `${run.workflowId}/${step.id}${instance}${round === 0 ? '' : `~${round + 1}`}`;
  return {
    failureOf,
    isCancelled: () => scope.consideredCancelled,
    cancellation: () => new CancelledFailure(`map "${step.id}" was cancelled`),
    context: () => mapContext(call, { run, parameters, placed }) satisfies MapContext,
    runShard: (input) =>
      cancellable(scope, () => {
        const { from, to } = input.range;
        const { memo } = workflowInfo();
        return executeChild<(input: MapShardInput) => Promise<MapRangeEnd>>('mapShard', {
          ...CHILD_OPTIONS,
          workflowId: `${name}/${from}-${to}`,
          args: [input],
          ...(memo === undefined ? {} : { memo }),
        });
      }),
  };
}
