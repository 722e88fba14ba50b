import { runShard } from '../../../workflows/stages/map/map-shards.js';
import type { MapHost, StageHost } from '../../../workflows/stages/stage-host.js';
import type { StepCall } from '../../../workflows/scope/scope-surroundings.js';
import type { Cancellable } from '../../../workflows/temporal/cancellable.js';
import { localFailure } from '../../../workflows/steps/step-failure.js';
import { mapContext } from '../../../workflows/stages/map/map-context.js';
import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { RunIdentity } from '../../contracts/run.js';
import { PipelineError } from '../../errors/pipeline-error.js';

type MapStep = {
  readonly call: StepCall;
  readonly run: RunIdentity;
  readonly parameters: JsonObject;
  readonly signal: AbortSignal;
};

/** What a map can do in this process: a shard runs beside the others, and reads only its page as one on Temporal does. */
export function createInProcessMapHost({ call, run, parameters, signal }: MapStep, host: StageHost): MapHost {
  const cancellation = (): Error =>
    new PipelineError('EXECUTION_STEP_CANCELLED', { what: `map "${call.step.id}" was cancelled` });
  const withShards = (isCancelled: () => boolean, within: StageHost): MapHost => {
    const map: MapHost = {
      failureOf: localFailure,
      isCancelled,
      cancellation,
      context: () => mapContext(call, { run, parameters, placed: { plan: {} } }),
      runShard: (input) => {
        let cancelled = false;
        const open = new Set<Cancellable<JsonValue>>();
        const inside = { ...within, runBody: tracked(within, open) };
        const shard = withShards(() => cancelled || isCancelled(), inside);
        return {
          done: runShard(inside, shard, input, () => undefined),
          cancel: () => {
            cancelled = true;
            for (const body of open) body.cancel();
          },
        };
      },
    };
    return map;
  };
  return withShards(() => signal.aborted, host);
}

/** Runs of the body, remembered while they are open. */
function tracked(host: StageHost, open: Set<Cancellable<JsonValue>>): StageHost['runBody'] {
  return (input) => {
    const body = host.runBody(input);
    open.add(body);
    const done = body.done.finally(() => open.delete(body));
    return {
      done,
      cancel: () => {
        body.cancel();
      },
    };
  };
}
