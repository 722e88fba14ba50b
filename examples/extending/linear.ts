// A roll-out in even steps, and one that watches a candidate at a small share for long before it takes all traffic.
import { defineRollout } from 'perennial-ml/extend';

/** `linear({ step: 20, every: '10 minutes' })`: 20, 40, 60, 80 and 100 per cent. */
export const linear = defineRollout({
  name: 'linear',
  options: {
    properties: {
      step: { type: 'number', minimum: 1, maximum: 100, default: 10 },
      every: { type: 'string', format: 'duration', default: '10 minutes' },
    },
  },
  plan: ({ step, every }) => {
    const count = Math.ceil(100 / step);
    return { steps: Array.from({ length: count }, (_, index) => ({ weight: Math.min(100, step * (index + 1)), bake: every })) };
  },
});

/** `soak({ share: 1, for: '1 day' })`: stricter limits than usual for a long time, then everybody. */
export const soak = defineRollout({
  name: 'soak',
  options: {
    properties: {
      share: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 100, default: 1 },
      for: { type: 'string', format: 'duration' },
    },
    required: ['for'],
  },
  plan: ({ share, for: long }) => ({
    steps: [
      { weight: share, bake: long },
      { weight: 100, bake: '5 minutes' },
    ],
    health: { maxErrorRatio: 0.001 },
    onInconclusive: 'wait',
  }),
});
