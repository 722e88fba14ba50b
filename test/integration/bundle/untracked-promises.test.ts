import vm from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { workflowBundle } from '../../../src/worker/bundle/workflow-bundle.js';
import { withoutPromiseStacks } from '../../../src/worker/bundle/untracked-promises.js';

const MAP = '\n//# sourceMappingURL=data:application/json;base64,e30=';

/** As a promise hook wants it that an earlier test of this process, which ran a workflow in it, has left behind. */
const ACTIVATOR = { info: { runId: 'a-run' }, promiseStackStore: { promiseToStack: new Map(), childToParent: new Map() } };

/** Runs code as Temporal does: without the source map and what follows it. */
function sandboxOf(code: string): vm.Context {
  const sandbox = vm.createContext({ __webpack_module_cache__: {}, __TEMPORAL_ACTIVATOR__: ACTIVATOR });
  vm.runInContext(code.slice(0, code.lastIndexOf('//# sourceMappingURL=data:')), sandbox);
  return sandbox;
}

/** What Temporal's promise hook evaluates for a promise of the sandbox. */
const asked = (sandbox: vm.Context, code: string): unknown =>
  vm.runInContext(`Promise.resolve().constructor.constructor(${JSON.stringify(code)})()`, sandbox);

describe('a bundle without stacks of promises', () => {
  it('gives the promise hook an error that has no stack, and all else as it is', () => {
    const sandbox = sandboxOf(withoutPromiseStacks({ code: `globalThis.answer = 42;${MAP}` }).code);
    const Stackless = asked(sandbox, 'return globalThis.Error') as new () => { readonly stack?: string };
    expect(new Stackless().stack).toBeUndefined();
    expect(asked(sandbox, 'return globalThis.__TEMPORAL_ACTIVATOR__')).toBe(ACTIVATOR);
    expect(asked(sandbox, 'return globalThis.answer')).toBe(42);
    expect(vm.runInContext('new Error("kept").stack', sandbox)).toContain('Error: kept');
  });

  it('keeps the source map where Temporal looks for it', () => {
    const { code } = withoutPromiseStacks({ code: `1;${MAP}` });
    expect(code.endsWith(MAP)).toBe(true);
    expect(() => withoutPromiseStacks({ code: '1;' })).toThrow('no source map');
  });

  it('is the bundle of our own workflows', async () => {
    const { code } = (await workflowBundle()) as { readonly code: string };
    const Stackless = asked(sandboxOf(code), 'return globalThis.Error') as new () => { readonly stack?: string };
    expect(new Stackless().stack).toBeUndefined();
  });
});
