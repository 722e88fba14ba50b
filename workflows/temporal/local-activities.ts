// eslint-disable-next-line no-restricted-imports -- the one place that hands out what they answer
import { CancellationScope, condition, type LocalActivityOptions, proxyLocalActivities } from '@temporalio/workflow';

type Answer = () => void;
type LocalActivities<Activities> = {
  readonly [Type in keyof Activities]: Activities[Type] extends (...given: infer Given) => infer Result
    ? (...given: Given) => Result
    : never;
};

/** The module of a workflow belongs to one run: each run has its own. Resolves when the last answer so far has been given. */
let given: Promise<void> = Promise.resolve();

/**
 * Activities in the worker that runs the workflow. Those that run side by side are answered one at a time: of what follows from an answer,
 * all has happened before the next is given. Temporal keeps the order of the answers, but on replay it gives together what came one
 * by one (temporalio/sdk-python#1881), and code that went on in between would number its next activities otherwise and get the results of others.
 */
export function localActivities<Activities extends object>(options: LocalActivityOptions): LocalActivities<Activities> {
  const activities = proxyLocalActivities(options);
  return new Proxy({} as LocalActivities<Activities>, {
    get(_, type) {
      const activity = typeof type === 'string' ? activities[type] : undefined;
      if (activity === undefined) return undefined;
      return (...input: unknown[]): Promise<unknown> => inOrder(activity(...input));
    },
  });
}

function inOrder<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = (handOver: Answer): void => {
      given = given.then(() => CancellationScope.nonCancellable(quiet)).then(handOver);
    };
    answer.then(
      (result) => {
        give(() => {
          resolve(result);
        });
      },
      (error: unknown) => {
        give(() => {
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the activity failed with
          reject(error);
        });
      },
    );
  });
}

/** Resolves when nothing more can happen without an answer: conditions are looked at again only then. */
function quiet(): Promise<void> {
  let hasBeenAsked = false;
  return condition(() => {
    const before = hasBeenAsked;
    hasBeenAsked = true;
    return before;
  });
}
