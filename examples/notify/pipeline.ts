import { definePipeline, secret, slack, stdout, webhook } from 'perennial';

/** A nightly job that tells of its end on the worker's output, and of trouble where somebody looks. */
export default definePipeline(
  'notify',
  {
    params: {},
    hooks: {
      onSuccess: [stdout()],
      onFailure: [stdout(), slack({ url: secret('SLACK_URL') })],
      onSlow: { after: '30 minutes', notify: [webhook({ url: secret('WEBHOOK_URL'), secret: secret('WEBHOOK_KEY') })] },
    },
  },
  (p) => {
    const rows = p.step('count', { run: async () => ({ rows: 3 }) });
    p.step('report', { inputs: { rows }, run: async (inputs) => `counted ${inputs.rows.rows} rows` });
  },
);
