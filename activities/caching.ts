import type { OperationCaching } from '../src/cache/step-cache.js';
import { codeState } from '../src/command/code-state.js';
import type { CommandConfig } from '../src/contracts/stages/command.js';
import { sourceState } from '../src/data/source/source-state.js';
import { findChampion } from '../src/evaluation/champion.js';
import { dependsOnTime } from '../src/validation/depends-on-time.js';

type Config = Readonly<Record<string, unknown>>;

/** What the operations of the stages read beside their inputs, by kind and name. An operation that is not listed reads its inputs alone. */
export const operationCaching: { readonly [kind: string]: { readonly [operation: string]: OperationCaching } } = {
  ingest: {
    ingest: {
      reads: async ({ config, inputs }) => {
        // Files of a step are among the inputs.
        if ('from' in inputs) return {};
        const sha256 = await sourceState(config['source'] as never);
        return sha256 === null ? null : { 'the files of the source': { sha256 } };
      },
    },
  },
  command: { command: { reads: ({ config }) => codeState(config as unknown as CommandConfig, process.cwd()) } },
  validate: {
    validate: { reads: ({ config, inputs }) => Promise.resolve(dependsOnTime(config as never, inputs as never) ? null : {}) },
  },
  evaluate: {
    // A failed infra check is not kept: the machine may have been busy.
    bless: { keeps: (result) => (result as Config)['blessed'] === true },
    evaluate: {
      reads: async ({ config }, artifacts) => {
        const champion = await findChampion(artifacts, config['model'] as string);
        return { champion: champion === null ? 'none' : `version ${champion.version}` };
      },
    },
  },
};
