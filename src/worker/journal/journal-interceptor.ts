import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { AttemptJournal } from './attempt-journal.js';

/** Notes every activity while it is under way. Local ones die and come back with their workflow task. */
export function journalInterceptor(journal: AttemptJournal): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      execute: async (input, next) => {
        if (info.isLocal) return next(input);
        const { workflowId = '', runId = '' } = info.workflowExecution ?? {};
        const leave = journal.enter({ taskToken: info.base64TaskToken, workflowId, runId, activityId: info.activityId });
        try {
          return await next(input);
        } finally {
          leave();
        }
      },
    },
  });
}
