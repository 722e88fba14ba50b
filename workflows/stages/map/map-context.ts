import type { JsonValue } from '../../../src/contracts/json.js';
import type { MapContext } from '../../../src/contracts/stages/map.js';
import type { PlanStep } from '../../../src/contracts/plan.js';
import type { Placement } from '../../../src/contracts/run.js';
import { resultsRead } from '../../../src/pipeline/interpreter/evaluate-condition.js';
import type { StepCall } from '../../scope/scope-surroundings.js';
import type { RunFrame } from '../../run/run-frame.js';

/** What a shard needs of the run around it. */
export function mapContext(call: StepCall, { run, parameters, placed }: RunFrame): MapContext {
  const { step, instance } = call;
  const inside = bodySteps(step);
  const placement: { [id: string]: Placement } = {};
  for (const { id } of inside) if (placed.placement?.[id] !== undefined) placement[id] = placed.placement[id];
  const outer: { [source: string]: JsonValue } = {};
  for (const source of usedFromOutside(step, inside)) {
    const value = call.outer(source);
    if (value !== undefined) outer[source] = value;
  }
  const facts: { [source: string]: JsonValue } = {};
  for (const source of Object.keys(outer)) {
    const fact = call.facts(source);
    if (fact !== undefined && fact !== outer[source]) facts[source] = fact;
  }
  const { carriage, earlier } = placed;
  const { team, priority } = placed.plan;
  return {
    run,
    plan: { ...(team === undefined ? {} : { team }), ...(priority === undefined ? {} : { priority }) },
    // The items are in the list, and what the map as a whole waits for has ended.
    step: {
      ...withoutGuards(step),
      needs: [],
      inputs: {},
      onFailure: 'fail',
      config: { ...call.config, items: { from: 'input' } },
    },
    instance,
    round: call.round + call.ownerRound,
    parameters,
    outer,
    placement,
    ...(carriage === undefined ? {} : { carriage }),
    ...(earlier === undefined ? {} : { earlier }),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
  };
}

/** The map was started: its guards have been answered. */
function withoutGuards(step: PlanStep): PlanStep {
  return Object.fromEntries(Object.entries(step).filter(([name]) => name !== 'when')) as PlanStep;
}

/** All steps inside, those of bodies inside too. */
function bodySteps({ body }: PlanStep): readonly PlanStep[] {
  return (body?.steps ?? []).flatMap((step) => [step, ...bodySteps(step)]);
}

/** Names of results that the body uses: those of steps outside of it, and pseudo results of bodies around. */
function usedFromOutside(map: PlanStep, inside: readonly PlanStep[]): ReadonlySet<string> {
  const own = new Set([map, ...inside].map(({ id }) => id));
  const results = [map, ...inside].flatMap(({ body }) => (body?.result == null ? [] : [body.result.step]));
  const read = inside.flatMap(({ inputs, when }) => [
    ...Object.values(inputs).map(({ step }) => step),
    ...(when ?? []).flatMap(({ condition }) => resultsRead(condition)),
  ]);
  // A pseudo result is named after its step: `<id>.item`.
  return new Set([...read, ...results].filter((name) => !own.has(name.split('.')[0] ?? name)));
}
