import type { WorkflowBundle } from '@temporalio/worker';

/**
 * Runs once in the sandbox, before Temporal freezes its globals. For the call-stack query Temporal takes the stack of every promise of a
 * workflow: it makes an `Error` of the sandbox and reads its stack. Here that `Error` has none, which ends the matter there. All else that is
 * asked of the sandbox through `Promise.constructor`, such as the run to which an unhandled rejection belongs, is answered as ever.
 */
const NO_STACKS = `
;{
  const Evaluate = Function;
  const Stackless = function () {};
  const giveStackless = () => Stackless;
  const giveActivator = () => globalThis.__TEMPORAL_ACTIVATOR__;
  Object.defineProperty(Promise, 'constructor', {
    value: function (code) {
      if (code === 'return globalThis.__TEMPORAL_ACTIVATOR__') return giveActivator;
      if (code === 'return globalThis.Error') return giveStackless;
      return Evaluate(...arguments);
    },
  });
}
`;

const SOURCE_MAP = '\n//# sourceMappingURL=data:';

/**
 * The bundle, with promises that leave no stacks. Of the interpreter nobody asks for them, and they take more time than the rest of it;
 * workflows of a user's own keep theirs. Added between the code and its source map, so that positions stay true: what follows the map is lost.
 */
export function withoutPromiseStacks({ code }: WorkflowBundle): WorkflowBundle {
  const end = code.lastIndexOf(SOURCE_MAP);
  if (end < 0) throw new Error('the bundle of the workflows has no source map');
  return { code: code.slice(0, end) + NO_STACKS + code.slice(end) };
}
