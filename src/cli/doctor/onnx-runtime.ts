import { fail, ok } from './check.js';
import type { Check } from './check.js';
import { reasonOf } from '../../errors/describe-thrown.js';

export const onnxRuntime: Check = {
  name: 'onnxruntime',
  run: async () => {
    try {
      // By name: a loader of TypeScript, which a configuration file brings along, gives this module no default export.
      const { env, listSupportedBackends } = await import('onnxruntime-node');
      const backends = listSupportedBackends().map((backend) => backend.name);
      return ok(`${env.versions.node ?? env.versions.common}, back ends: ${backends.join(', ')}`);
    } catch (error) {
      const reason = reasonOf(error);
      return fail(`does not load: ${reason.split('\n')[0] ?? ''}`, 'rm -rf node_modules/onnxruntime-node && npm install');
    }
  },
};
