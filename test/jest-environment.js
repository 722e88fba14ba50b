import { AsyncLocalStorage } from 'node:async_hooks';
import { runInContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/**
 * Node copies the state of every storage in use to each promise, and each test file makes new storages. A process that ran a hundred files
 * would copy a hundred of them; `teardown` takes those of its file out of use.
 */
const storagesInUse = new Set();
for (const method of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function (...parameters) {
    storagesInUse.add(this);
    return Reflect.apply(original, this, parameters);
  };
}

/** Of the language, and in no test another one; what fake timers replace (`Date`, `setTimeout`) is not among them. */
const CONSTANT = [
  ...['Array', 'ArrayBuffer', 'BigInt', 'Boolean', 'Buffer', 'DataView', 'Error', 'Float32Array', 'Float64Array', 'Int32Array'],
  ...['JSON', 'Map', 'Math', 'Number', 'Object', 'Promise', 'Reflect', 'RegExp', 'Set', 'SharedArrayBuffer', 'String', 'Symbol'],
  ...['TypeError', 'Uint8Array', 'WeakMap'],
];

/**
 * Jest's node environment with the typed arrays of the outer realm: arrays made by native modules (ONNX Runtime) are then instances of
 * the classes that tests and sources see. `jest.config.js` uses it for every level.
 */
export default class NodeEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.assign(this.global, {
      Float32Array,
      Float64Array,
      Int8Array,
      Int16Array,
      Int32Array,
      BigInt64Array,
      BigUint64Array,
      Uint16Array,
      Uint32Array,
    });
    // Node asks an interceptor for each use of a global of such a context: twenty times what the same name costs when a script declares it.
    runInContext(`const ${CONSTANT.map((name) => `${name} = globalThis.${name}`).join(', ')};`, this.getVmContext());
  }

  async teardown() {
    // `run` takes a disabled storage into use again.
    for (const storage of storagesInUse) storage.disable();
    storagesInUse.clear();
    await super.teardown();
  }
}
