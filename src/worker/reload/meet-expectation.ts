import { wholeCodeHash } from '../../cache/code/pipeline-code.js';
import { shortHash } from '../../contracts/plan.js';
import type { PlanRequest } from '../../contracts/system.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import type { PipelineCatalog } from '../plans/pipeline-catalog.js';

/**
 * Makes sure that a run which was started from a file, or a pipeline, gets the plan of that file. `refresh` loads what has changed on disk
 * meanwhile. Where the plan is equal and the code of the steps is not, the run goes on: code that was built, or sits beside other versions of
 * its packages, has another hash too.
 * @returns remarks for the person who started it.
 * @throws PipelineError `EXECUTION_PLAN_DIFFERS`.
 */
export async function meetExpectation(
  catalog: PipelineCatalog,
  { pipeline: name, expects, pin }: Pick<PlanRequest, 'pipeline' | 'expects' | 'pin'>,
  refresh: () => Promise<void>,
): Promise<readonly string[]> {
  if (expects === undefined || pin !== undefined) return [];
  const differing = async (): Promise<'plan' | 'code' | null> => {
    const pipeline = catalog.get(name);
    if (pipeline?.plan.hash !== expects.plan) return 'plan';
    return expects.code === undefined || (await codeOf(pipeline)) === expects.code ? null : 'code';
  };
  if ((await differing()) === null) return [];
  await refresh();
  const found = catalog.get(name);
  // It is for others to say that there is none.
  if (found === undefined) return [];
  switch (await differing()) {
    case null:
      return [];
    case 'code':
      return [
        'the worker has other code of the steps than the file that the run was started from; restart it if the file was edited',
      ];
    case 'plan': {
      const [here, there] = [shortHash(found.plan.hash), shortHash(expects.plan)];
      throw new PipelineError('EXECUTION_PLAN_DIFFERS', {
        what: `the worker has another version of "${name}" (plan ${here}) than the one that the run was started from (plan ${there})`,
        details: { worker: found.plan.hash, expected: expects.plan },
      });
    }
  }
}

/** Null when the code cannot be read: then nothing is known of it. */
async function codeOf(pipeline: Pipeline): Promise<string | null> {
  try {
    return await wholeCodeHash(pipeline);
  } catch (error) {
    if (isPipelineError(error) && error.code === 'CACHE_CODE_UNREADABLE') return null;
    throw error;
  }
}
