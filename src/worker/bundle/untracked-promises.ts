import type { WorkflowBundle } from '@temporalio/worker';

/**
 * Runs once in the sandbox, before Temporal freezes its globals. For the call-stack query Temporal records the stack of every promise of a
 * workflow: it makes an `Error` of the sandbox and reads its stack. This `Error` has no stack, so Temporal records nothing. Other uses of
 * `Promise.constructor`, such as finding the run of an unhandled rejection, work as before.
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
 * The bundle, with promises that leave no stacks. The interpreter's stacks are never read, and take more time than the rest of it;
 * hand-written workflows keep theirs. The code is added before the source map, so that positions stay true: code after the map is dropped.
 */
export function withoutPromiseStacks({ code }: WorkflowBundle): WorkflowBundle {
  const end = code.lastIndexOf(SOURCE_MAP);
  if (end < 0) throw new Error('the bundle of the workflows has no source map');
  return { code: code.slice(0, end) + NO_STACKS + code.slice(end) };
}
