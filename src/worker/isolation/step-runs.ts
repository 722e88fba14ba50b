import type { JsonValue } from '../../contracts/json.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import type { Pipeline, StepWork } from '../../pipeline/pipeline.js';
import { inputsOf } from '../../pipeline/given-inputs.js';
import { everyStep } from '../../pipeline/plan/every-step.js';
import type { ObjectStore } from '../../store/port.js';
import { checkResult, mostResultBytes } from '../step/values/check-result.js';
import { stepFailure } from '../step/attempt/step-failure.js';
import { workOf } from '../step/step-work.js';
import { ownBackground } from './background-errors.js';
import type { FromProcess, Request, RunMessage, ToProcess } from './messages.js';
import { remoteContext } from './remote-context.js';
import type { RemoteControl } from './remote-control.js';
import { receiveError, sendError } from './sent-errors.js';

type Run = { readonly abort: AbortController; readonly control: RemoteControl };
type Answer = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

/** The steps that run in this process, and what they have asked the worker. */
export class StepRuns {
  readonly #pipelines: ReadonlyMap<string, Pipeline>;
  readonly #objects: ObjectStore;
  readonly #send: (message: FromProcess) => void;
  readonly #runs = new Map<number, Run>();
  readonly #answers = new Map<number, Answer>();
  #calls = 0;

  constructor(pipelines: ReadonlyMap<string, Pipeline>, objects: ObjectStore, send: (message: FromProcess) => void) {
    this.#pipelines = pipelines;
    this.#objects = objects;
    this.#send = send;
  }

  receive(message: ToProcess): void {
    switch (message.kind) {
      case 'run':
        void this.#run(message);
        return;
      case 'abort':
        this.#runs.get(message.id)?.abort.abort(receiveError(message.reason));
        return;
      case 'orders':
        this.#runs.get(message.id)?.control.change(message.orders);
        return;
      case 'answer':
        this.#answer(message);
        return;
      case 'save':
        void this.#save(message.id, message.call);
        return;
      case 'ping':
        this.#send({ kind: 'pong' });
    }
  }

  async #run(message: RunMessage): Promise<void> {
    const { id, task } = message;
    const where = `step "${task.step}" of ${task.run.pipeline}`;
    const abort = new AbortController();
    const { context, control } = remoteContext(message, this.#objects, abort.signal, {
      say: (word) => {
        this.#send({ kind: 'word', id, word });
      },
      ask: (request) => this.#ask(id, request),
    });
    this.#runs.set(id, { abort, control });
    let stillRuns = true;
    try {
      const result = await ownBackground(where, async (): Promise<JsonValue> => {
        try {
          const work = await this.#workOf(message);
          return checkResult(await work(task, context), where, mostResultBytes(task));
        } finally {
          stillRuns = false;
        }
      });
      this.#send({ kind: 'done', id, result });
    } catch (error) {
      const coded = isPipelineError(error) || abort.signal.aborted ? error : stepFailure(error, where);
      this.#send({ kind: 'failed', id, error: sendError(coded), stillRuns });
    } finally {
      this.#runs.delete(id);
    }
  }

  async #workOf({ task }: RunMessage): Promise<StepWork> {
    const pipeline = this.#pipelines.get(task.run.pipeline);
    const run = pipeline?.functions.get(task.step);
    if (run !== undefined) return (given, context) => run(inputsOf(given), context);
    const step = everyStep(pipeline?.plan.steps ?? []).find(({ id }) => id === task.step);
    if (pipeline !== undefined && step !== undefined && step.kind !== 'step') {
      // The engines of the stages are heavy, and seldom needed here.
      const { stageOperations } = await import('../../../activities/index.js');
      const found = workOf(pipeline, step, stageOperations).find(([operation]) => operation === task.operation);
      if (found !== undefined) return found[1];
    }
    throw new PipelineError('EXECUTION_UNKNOWN_STEP', {
      what: `step "${task.step}" has no function for "${task.operation}"`,
      where: `pipeline ${task.run.pipeline}`,
    });
  }

  #ask(id: number, request: Request): Promise<unknown> {
    this.#calls += 1;
    const call = this.#calls;
    return new Promise((resolve, reject) => {
      this.#answers.set(call, { resolve, reject });
      this.#send({ kind: 'request', id, call, request });
    });
  }

  #answer({ call, value, error }: Extract<ToProcess, { kind: 'answer' }>): void {
    const waiting = this.#answers.get(call);
    this.#answers.delete(call);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(receiveError(error));
  }

  async #save(id: number, call: number): Promise<void> {
    try {
      const bytes = (await this.#runs.get(id)?.control.save()) ?? null;
      this.#send({ kind: 'saved', call, bytes });
    } catch (error) {
      this.#send({ kind: 'saved', call, error: sendError(error) });
    }
  }
}
