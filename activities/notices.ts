import { Context } from '@temporalio/activity';
import type { NoticeActivities } from '../src/contracts/plan/hooks.js';
import { deliver } from '../src/notices/deliver.js';
import type { SecretProvider } from '../src/secrets/provider.js';

/** The activity that delivers notices. `PERENNIAL_UI`, the address of the Temporal UI, makes them link to their run. */
export function createNoticeActivities(secrets: SecretProvider): NoticeActivities {
  return {
    sendNotice: async (delivery) => {
      const { info, cancellationSignal } = Context.current();
      const { PERENNIAL_UI: address = '' } = process.env;
      return deliver(delivery, secrets, {
        ui: address === '' ? null : { address, namespace: info.namespace },
        signal: cancellationSignal,
        writeLine: (line) => void process.stdout.write(`${line}\n`),
      });
    },
  };
}
