import { beforeAll, describe, expect, it } from '@jest/globals';
import * as workflows from '../../workflows/index.js';
import { STAGES } from '../../workflows/stages/stages.js';
import { askedPatches, historyNames, type RecordedShape, recordedShape, stepsOf } from './covered-shapes.js';

/** Kinds of steps that the driver itself carries out. */
const DRIVEN = ['gate', 'join'];

/** Only a run that began before another patch, and goes on under this build, asks for these. */
const ASKED_BY_OLD_RUNS = ['bounded-next'];

describe('the stored histories', () => {
  let shapes: readonly RecordedShape[];
  beforeAll(async () => {
    shapes = await Promise.all((await historyNames()).map(recordedShape));
  });

  const plansOf = (format: 1 | 2) => shapes.flatMap(({ plan }) => (plan?.formatVersion === format ? [plan] : []));

  it('hold one of each workflow that a worker has', () => {
    const recorded = new Set(shapes.map(({ workflowType }) => workflowType));
    const missing = Object.keys(workflows).filter((type) => type !== 'default' && !recorded.has(type));
    expect(missing).toEqual([]);
  });

  it('hold a run with each patch that a workflow asks for', async () => {
    const recorded = new Set(shapes.flatMap(({ patches }) => patches));
    const missing = (await askedPatches()).filter((id) => !recorded.has(id));
    expect(missing.filter((id) => !ASKED_BY_OLD_RUNS.includes(id))).toEqual([]);
  });

  it('hold a run that takes over what a run before it called, and one that finds what its own body called', () => {
    const recorded = new Set(shapes.flatMap(({ activities }) => activities));
    expect(['takeCalledRun', 'findCalledRun'].filter((type) => !recorded.has(type))).toEqual([]);
  });

  it('hold a run of each format of plans', () => {
    expect([plansOf(1).length > 0, plansOf(2).length > 0]).toEqual([true, true]);
  });

  it('hold a run of format 2 with each kind of step', () => {
    const recorded = new Set<string>(plansOf(2).flatMap(({ steps }) => stepsOf(steps).map(({ kind }) => kind)));
    expect([...Object.keys(STAGES), ...DRIVEN].filter((kind) => !recorded.has(kind))).toEqual([]);
  });

  it('hold a run of format 2 with each optional part of a plan that changes what its workflow does', () => {
    const plans = plansOf(2);
    const steps = plans.flatMap((plan) => stepsOf(plan.steps));
    const covered = {
      hooks: plans.some(({ hooks = [] }) => hooks.length > 0),
      concurrency: plans.some(({ concurrency }) => concurrency?.runs !== undefined && concurrency.runs !== null),
      team: plans.some(({ team }) => team !== undefined),
      priority: plans.some(({ priority }) => priority !== undefined),
      result: plans.some(({ result }) => result !== undefined),
      when: steps.some(({ when }) => when !== undefined),
      finally: steps.some((step) => step.finally === true),
      light: steps.some((step) => step.light === true),
      lightSideBySide: steps.some(({ body }) => (body?.steps ?? []).filter((step) => step.light === true).length > 1),
      lightOnly: plans.some((plan) => plan.steps.every((step) => step.light === true)),
    };
    expect(Object.entries(covered).flatMap(([part, isThere]) => (isThere ? [] : [part]))).toEqual([]);
  });
});
