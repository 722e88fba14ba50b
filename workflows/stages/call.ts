import type { CallConfig } from '../../src/contracts/stages/call.js';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import { checkParameterSize } from '../../src/contracts/limits/parameter-size.js';
import { holdsStored } from '../../src/contracts/store/stored-value.js';
import type { StageWorkflow } from './stage-host.js';

/** The called pipeline is a run of its own: its result, or its failure, is that of the step. */
export const callStage: StageWorkflow = async (host) => {
  const { pipeline, parameters } = host.config as CallConfig;
  const given: JsonObject = { ...parameters, ...host.inputs };
  const whole = holdsStored(given) ? ((await host.whole(given)) as JsonObject) : given;
  const end: JsonValue = await host.runChild({ pipeline, parameters: checkParameterSize(whole, `pipeline "${pipeline}"`) });
  return isRunResult(end) ? (end['result'] ?? null) : end;
};

/** A hand-written workflow gives what it returns. */
const isRunResult = (end: JsonValue): end is JsonObject =>
  typeof end === 'object' && end !== null && 'planHash' in end && 'results' in end && 'steps' in end;
