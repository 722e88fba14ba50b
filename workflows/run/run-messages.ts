import { defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';
import type { JsonValue } from '../../src/contracts/json.js';
import type { Plan } from '../../src/contracts/plan.js';
import type { ApproveInput, RejectInput, ResumeInput, RunResult, RunStatus, StepFailure } from '../../src/contracts/run.js';
import type { ControlInput } from '../../src/contracts/run/live-control.js';
import { PipelineError } from '../../src/errors/pipeline-error.js';
import { checkControl, LiveControls } from './live-controls.js';
import type { CancelStepInput, RunDriver } from './run-driver.js';
import { steeringProblems } from '../messages/steering.js';
import { codedFailure } from '../temporal/temporal-failure.js';

const statusQuery = defineQuery<RunStatus>('status');
const planQuery = defineQuery<Plan | null>('plan');
const resultsQuery = defineQuery<{ readonly [step: string]: JsonValue }>('results');
const resultQuery = defineQuery<RunResult | null>('result');
const approveUpdate = defineUpdate<RunStatus, [ApproveInput]>('approve');
const rejectUpdate = defineUpdate<RunStatus, [RejectInput]>('reject');
const resumeUpdate = defineUpdate<RunStatus, [ResumeInput]>('resume');
const controlUpdate = defineUpdate<RunStatus, [ControlInput]>('control');
const cancelStepUpdate = defineUpdate<RunStatus, [CancelStepInput]>('cancelStep');

/** A run as its messages see it; `driver` is null until the plan is there. */
export interface RunView {
  readonly pipeline: string;
  plan: Plan | null;
  driver: RunDriver | null;
  /** Absent until messages are answered. */
  controls?: LiveControls;
  /** What it waits for before its first step, in words. */
  waitingFor: string | null;
  /** Why it ended before it had a plan. */
  failure?: StepFailure;
  remarks?: readonly string[];
  /** For a hand-written workflow, where each call of a step has its own driver. */
  readonly calls?: OwnCalls;
}

export interface OwnCalls {
  status(): RunStatus;
  /** The driver of the active call of a step. EXECUTION_UPDATE_REFUSED, listing the active ones, when there is none. */
  driverOf(step: string): RunDriver;
}

/** Answers the queries and updates of a run. Called before the first await, so that none comes too early. */
export function answerMessages(run: RunView): void {
  const controls = new LiveControls();
  run.controls = controls;
  setHandler(statusQuery, () => statusOf(run), { description: 'The state of every step of the run.' });
  setHandler(planQuery, () => run.plan, { description: 'The plan that the run carries out, frozen at its start.' });
  setHandler(resultsQuery, () => run.driver?.results() ?? {}, {
    description: 'The results of the steps that have succeeded so far.',
  });
  setHandler(resultQuery, () => run.driver?.result() ?? null, {
    description: 'The results of the steps, or null while the run is not finished.',
  });
  setHandler(
    approveUpdate,
    (input) =>
      applied(run, input, (driver) => {
        driver.approve(input);
      }),
    {
      description: 'Approves the step that waits: { step, by, reason? }.',
      validator: (input: ApproveInput) => {
        check(run, input, ['step', 'by'], (driver) => {
          driver.checkAnswer('approve', input);
        });
      },
    },
  );
  setHandler(
    rejectUpdate,
    (input) =>
      applied(run, input, (driver) => {
        driver.reject(input);
      }),
    {
      description: 'Rejects the step that waits: { step, by, reason }.',
      validator: (input: RejectInput) => {
        check(run, input, ['step', 'by', 'reason'], (driver) => {
          driver.checkAnswer('reject', input);
        });
      },
    },
  );
  setHandler(
    resumeUpdate,
    (input) =>
      applied(run, input, (driver) => {
        driver.resume(input);
      }),
    {
      description: 'Resumes a blocked step: { step, action: "retry" | "skip" | "use", result?, by? }.',
      validator: (input: ResumeInput) => {
        check(run, input, ['step', 'action'], (driver) => {
          driver.checkResume(input);
        });
      },
    },
  );
  setHandler(
    controlUpdate,
    async (input) => {
      await controls.give(driverOf(run, input.step).runningStep(input), input);
      return statusOf(run);
    },
    {
      description:
        'Controls a running step that declares `live`: { step, action: "pause" | "resume" | "snapshot" | "stop" | "set", name?, value?, by?, reason? }.',
      validator: (input: ControlInput) => {
        check(run, input, ['step', 'action'], (driver) => {
          checkControl(driver.runningStep(input), input);
        });
      },
    },
  );
  setHandler(
    cancelStepUpdate,
    (input) =>
      applied(run, input, (driver) => {
        driver.cancelStep(input);
      }),
    {
      description: 'Cancels one active step: { step, by? }.',
      validator: (input: CancelStepInput) => {
        check(run, input, ['step'], (driver) => {
          driver.checkCancelStep(input);
        });
      },
    },
  );
}

function statusOf(run: RunView): RunStatus {
  const empty = { pipeline: run.pipeline, planHash: '', status: 'running', parameters: {}, steps: [] } as const;
  const status = run.calls?.status() ?? run.driver?.status() ?? empty;
  const { waitingFor, controls, failure, remarks } = run;
  return {
    ...status,
    ...(failure === undefined ? {} : { status: 'failed' as const, failure }),
    ...(waitingFor === null ? {} : { waitingFor }),
    ...(remarks === undefined ? {} : { remarks }),
    ...(controls === undefined || controls.records.length === 0 ? {} : { controls: controls.records }),
  };
}

function applied(run: RunView, input: { readonly step: string }, change: (driver: RunDriver) => void): RunStatus {
  coded(() => {
    change(driverOf(run, input.step));
  });
  return statusOf(run);
}

function check(run: RunView, input: unknown, fields: readonly string[], verify: (driver: RunDriver) => void): void {
  coded(() => {
    const given = typeof input === 'object' && input !== null ? (input as { [name: string]: unknown }) : {};
    const missing = fields.filter((name) => typeof given[name] !== 'string' || given[name] === '');
    const problems = steeringProblems(input);
    if (problems.length > 0) throw refusal(`the message cannot be read: ${problems.join('; ')}`, 'a shorter or a mended one');
    if (missing.length > 0) throw refusal(`the fields ${missing.join(', ')} are missing`, `text in ${fields.join(', ')}`);
    verify(driverOf(run, String(given['step'])));
  });
}

function driverOf(run: RunView, step: string): RunDriver {
  if (run.calls !== undefined) return run.calls.driverOf(step);
  if (run.driver === null) throw refusal('the run has not read its plan yet', 'a run with a plan');
  return run.driver;
}

function refusal(what: string, expected: string): PipelineError {
  return new PipelineError('EXECUTION_UPDATE_REFUSED', { what, expected });
}

function coded(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw codedFailure(error);
  }
}
