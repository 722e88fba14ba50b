import { AsyncLocalStorage } from 'node:async_hooks';
import { PipelineError } from '../../errors/pipeline-error.js';
import { thrownText } from '../../errors/describe-thrown.js';

/** A step whose code runs in this process: what it leaves running belongs to it. */
type Owner = { readonly where: string; readonly fail: (error: PipelineError) => void };

const owners = new AsyncLocalStorage<Owner>();
const running = new Set<Owner>();

/**
 * Runs the code of a step so that what it leaves in the background belongs to it: an error thrown by a timer, or a promise that nobody awaits
 * and that is rejected, fails this step and no other. Needs `outliveSteps`.
 * @throws PipelineError `EXECUTION_BACKGROUND_ERROR`; else what `work` throws.
 */
export function ownBackground<Result>(where: string, work: () => Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const owner: Owner = { where, fail: reject };
    running.add(owner);
    const ended = (): void => {
      running.delete(owner);
    };
    owners.run(owner, () => {
      // A work function that is not async throws at once.
      new Promise<Result>((done) => {
        done(work());
      })
        .finally(ended)
        .then(resolve, reject);
    });
  });
}

/**
 * While it is in force neither an error in the background nor `process.exit` in a step ends this process: they fail the step that they belong
 * to. `report` is told of errors whose step has ended before or cannot be known.
 * @returns what puts back the way of Node, which ends the process.
 */
export function outliveSteps(report: (message: string) => void): () => void {
  const thrown = (error: unknown): void => {
    // Some errors come without their context, as one thrown by a microtask; a step that is alone is its origin anyway.
    const owner = owners.getStore() ?? (running.size === 1 ? [...running][0] : undefined);
    if (owner !== undefined && running.has(owner)) owner.fail(backgroundError(error, owner.where));
    else report(`an error in the background of ${owner?.where ?? 'no step that is known'}: ${thrownText(error)}`);
  };
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    const owner = owners.getStore();
    if (owner === undefined) return exit(code);
    const error = new PipelineError('EXECUTION_STEP_EXITED', {
      what: `process.exit(${String(code ?? '')}) was called`,
      where: owner.where,
    });
    owner.fail(error);
    throw error;
  };
  process.on('uncaughtException', thrown);
  process.on('unhandledRejection', thrown);
  return () => {
    process.exit = exit;
    process.off('uncaughtException', thrown);
    process.off('unhandledRejection', thrown);
  };
}

function backgroundError(error: unknown, where: string): PipelineError {
  return new PipelineError('EXECUTION_BACKGROUND_ERROR', {
    what: `an error in the background: ${thrownText(error)}`,
    where,
    details: { origin: 'user' },
    cause: error,
  });
}
