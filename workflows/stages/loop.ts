import type { Condition } from '../../src/contracts/plan/condition.js';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import { type LoopConfig, type LoopResult, MAX_LOOP_ROUNDS } from '../../src/contracts/stages/loop.js';
import { holdsStored } from '../../src/contracts/store/stored-value.js';
import { PipelineError } from '../../src/errors/pipeline-error.js';
import { evaluateCondition, operandsRead } from '../../src/pipeline/interpreter/evaluate-condition.js';
import { wantedOf, withOperands } from '../scope/scope-facts.js';
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
    const facts: JsonObject = { ...host.inputs, [`${id}.last`]: result };
    const known = holdsStored(facts) ? await factsOf(host, until, facts) : facts;
    const met = evaluateCondition(until, { parameter: () => undefined, result: (name) => known[name] });
    if (met || round + 1 === times) {
      host.count({ done: round + 1, failed: 0, total: times });
      return { result, rounds: round + 1, met };
    }
  }
  throw new Error('a loop has at least one round');
}

/** The values as the condition sees them, with what it reads of stored ones in its place. */
async function factsOf(host: StageHost, condition: Condition, values: JsonObject): Promise<JsonObject> {
  const facts: { [name: string]: JsonValue } = { ...values };
  for (const [name, value] of Object.entries(values)) {
    const paths = operandsRead(condition).flatMap(({ step, path = [] }) => (step === name ? [path] : []));
    const wanted = wantedOf(value, paths);
    if (wanted.length > 0) facts[name] = withOperands(value, wanted, await host.readOperands(wanted.map(({ stored }) => stored)));
  }
  return facts;
}
