import { isPipelineError } from '../../errors/pipeline-error.js';
import { findTemporalBinary } from '../../temporal/server/find-binary.js';
import { ok, warn } from './check.js';
import type { Check } from './check.js';

/** Only a warning: a machine that uses a shared server needs no binary. */
export const temporalBinary: Check = {
  name: 'Temporal binary',
  run: async ({ env }) => {
    try {
      const binary = await findTemporalBinary({ env, install: false });
      return ok(`${binary.version}, ${binary.path} (${binary.foundBy})`);
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      const wrongSetting = (env['PERENNIAL_TEMPORAL_CLI'] ?? '') !== '';
      return wrongSetting
        ? warn(`PERENNIAL_TEMPORAL_CLI=${env['PERENNIAL_TEMPORAL_CLI'] ?? ''} does not work`, 'unset PERENNIAL_TEMPORAL_CLI')
        : warn('not found', 'perennial dev  # fetches it');
    }
  },
};
