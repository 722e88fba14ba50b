import type { JsonValue } from '../src/contracts/json.js';
import { type LoopConfig, type LoopResult, MAX_LOOP_ROUNDS } from '../src/contracts/loop.js';
import { PipelineError } from '../src/errors/pipeline-error.js';
import { evaluateCondition } from '../src/pipeline/evaluate-condition.js';
import type { StageHost } from './stage-host.js';

/** Repeats the body until the condition holds for the result of a round, or the rounds are used up. */
export async function loopStage(host: StageHost): Promise<LoopResult> {
  const { id, times, until, start } = host.config as unknown as LoopConfig;
  if (!Number.isInteger(times) || times < 1 || times > MAX_LOOP_ROUNDS) {
    throw new PipelineError('EXECUTION_LOOP_BOUND', {
      what: `loop "${id}" cannot have ${times} rounds`,
      expected: `a whole number from 1 to ${MAX_LOOP_ROUNDS}`,
    });
  }
  let result: JsonValue = host.inputs['start'] ?? start ?? null;
  for (let round = 0; round < times; round++) {
    host.describe(`round ${round + 1} of at most ${times}`);
    host.count({ done: round, failed: 0, total: times });
    const results = { [`${id}.previous`]: result, [`${id}.iteration`]: round };
    result = await host.runBody({ index: round, results }).done;
    const last = result;
    const met = evaluateCondition(until, {
      parameter: () => undefined,
      result: (name) => (name === `${id}.last` ? last : host.inputs[name]),
    });
    if (met || round + 1 === times) {
      host.count({ done: round + 1, failed: 0, total: times });
      return { result, rounds: round + 1, met };
    }
  }
  throw new Error('a loop has at least one round');
}
