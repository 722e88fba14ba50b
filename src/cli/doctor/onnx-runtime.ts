import { fail, ok } from './check.js';
import type { Check } from './check.js';
import { reasonOf } from '../../errors/describe-thrown.js';

export const onnxRuntime: Check = {
  name: 'onnxruntime',
  run: async () => {
    try {
      const { default: runtime } = await import('onnxruntime-node');
      const version = runtime.env.versions.node ?? runtime.env.versions.common;
      return ok(
        `${version}, back ends: ${runtime
          .listSupportedBackends()
          .map((backend) => backend.name)
          .join(', ')}`,
      );
    } catch (error) {
      const reason = reasonOf(error);
      return fail(`does not load: ${reason.split('\n')[0] ?? ''}`, 'rm -rf node_modules/onnxruntime-node && npm install');
    }
  },
};
