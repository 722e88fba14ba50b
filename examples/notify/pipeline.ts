import { definePipeline, notify, secret } from 'perennial-ml';

/** A nightly job that tells of its end on the worker's output, and of trouble where somebody looks. */
export default definePipeline(
  'notify',
  {
    params: {},
    hooks: {
      onSuccess: [notify.stdout()],
      onFailure: [notify.stdout(), notify.slack({ url: secret('SLACK_URL') })],
      onSlow: { after: '30 minutes', notify: [notify.webhook({ url: secret('WEBHOOK_URL'), secret: secret('WEBHOOK_KEY') })] },
    },
  },
  (p) => {
    const rows = p.step('count', { run: async () => ({ rows: 3 }) });
    p.step('report', { inputs: { rows }, run: async (inputs) => `counted ${inputs.rows.rows} rows` });
  },
);
