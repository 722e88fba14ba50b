import type { TrainingSignal } from '../../../src/contracts/entities/continuous-training.js';

const NAMED_REASONS = 5;

/** Why a retrain starts: each reason once, the newest five by name. */
export function describeTriggers(triggers: readonly TrainingSignal[]): string {
  const reasons = [...new Set(triggers.map(describeTrigger))];
  const more = reasons.length - NAMED_REASONS;
  return [...reasons.slice(-NAMED_REASONS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function describeTrigger(trigger: TrainingSignal): string {
  switch (trigger.kind) {
    case 'drift':
      return `drift of ${trigger.column ?? 'a column'}: ${format(trigger.score)} over ${format(trigger.threshold)}`;
    case 'performance':
      return `${trigger.metric ?? 'metric'} ${format(trigger.score)} below ${format(trigger.threshold)}`;
    case 'new_rows':
      return `${trigger.rows ?? 0} new rows`;
    case 'cron':
      return 'cron schedule';
    case 'window':
      return `${trigger.trigger ?? 'a trigger'}: ${trigger.reason ?? 'no reason was given'}`;
    case 'manual':
      return 'asked for by hand';
  }
}

function format(value: number | undefined): string {
  return value === undefined ? '?' : value.toFixed(4);
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
