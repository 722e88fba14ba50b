import type { TriggeredWindow } from '../contracts/entities/monitoring.js';
import type { MonitorConfig } from '../contracts/stages/monitor.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { checkRunOptions } from '../kinds/check-options.js';
import type { TriggerSubject } from './trigger-kind.js';
import { WINDOW_TRIGGERS } from './triggers.js';

const LONGEST_REASON = 500;

/** The triggers of a monitor for which the window is a reason to train again. EXTENSION_UNKNOWN, EXTENSION_OPTIONS_INVALID, EXTENSION_RESULT_INVALID. */
export function decideTriggers(
  triggers: NonNullable<MonitorConfig['triggers']>,
  subject: Omit<TriggerSubject, 'options'>,
): readonly TriggeredWindow[] {
  return triggers.flatMap(({ trigger, options }) => {
    const kind = WINDOW_TRIGGERS.named(trigger);
    checkRunOptions(`the trigger "${trigger}" of the monitor`, kind, options);
    const reason: unknown = kind.decide({ ...subject, options });
    if (reason === null) return [];
    if (typeof reason === 'string' && reason !== '') return [{ trigger, reason: reason.slice(0, LONGEST_REASON) }];
    throw new PipelineError('EXTENSION_RESULT_INVALID', {
      what: `the trigger "${trigger}" gave no decision`,
      where: `the window from ${subject.window.from}`,
      expected: 'a reason in words, or null',
      received: reason === '' ? 'an empty text' : typeof reason,
    });
  });
}
