import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest's node environment with the typed arrays of the outer realm: arrays made by native modules (ONNX Runtime) are then instances of
 * the classes that tests and sources see. `jest.config.js` uses it for every level.
 */
export default class SharedTypedArrays extends TestEnvironment {
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
  }
}
