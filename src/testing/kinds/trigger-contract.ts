import { aKind, anObject, aText } from '../../errors/kinds.js';
import { checkCall, checkSettings } from '../../errors/check-call.js';
import assert from 'node:assert/strict';
import { decideTriggers } from '../../monitoring/decide-triggers.js';
import type { TriggerKind, TriggerSubject } from '../../monitoring/trigger-kind.js';
import type { WindowTrigger } from '../../pipeline/kinds/triggers.js';
import type { ContractCase } from './contract-case.js';

/**
 * What the monitor counts on in a trigger, for any test framework.
 * @param given - what its constructor gave.
 * @param reason - a window that is a reason to train again. @param none - one that is not.
 */
export function triggerContract(
  made: { readonly kind: Pick<TriggerKind, 'name'> },
  given: WindowTrigger,
  subjects: { readonly reason: Omit<TriggerSubject, 'options'>; readonly none: Omit<TriggerSubject, 'options'> },
): readonly ContractCase[] {
  checkCall('triggerContract', { constructor: made, given }, { constructor: aKind, given: anObject });
  checkSettings('triggerContract', subjects, { reason: anObject, none: anObject });
  checkSettings('triggerContract', given, { trigger: aText, options: anObject });
  const { kind } = made;
  const { reason, none } = subjects;
  const { trigger } = given;
  // As a run has them.
  const options = JSON.parse(JSON.stringify(given.options)) as TriggerSubject['options'];
  const decide = (subject: Omit<TriggerSubject, 'options'>): readonly unknown[] =>
    decideTriggers([{ trigger, options }], subject);
  return [
    {
      title: `${kind.name} gives one reason in words for a window that is one`,
      run: () => {
        const [decided, ...others] = decide(reason) as readonly { readonly reason: string }[];
        assert.ok(decided !== undefined && others.length === 0, 'there is no reason');
        assert.ok(decided.reason.length > 0, 'the reason is empty');
      },
    },
    {
      title: `${kind.name} gives none for a window that is none`,
      run: () => {
        assert.deepEqual(decide(none), []);
      },
    },
    {
      title: `${kind.name} decides the same again and leaves the window as it is`,
      run: () => {
        const before = JSON.stringify(reason);
        assert.deepEqual(decide(reason), decide(reason));
        assert.equal(JSON.stringify(reason), before);
      },
    },
    {
      title: `${kind.name} decides on a window without rows`,
      run: () => {
        const empty = { ...reason.current, rows: 0, columns: {} };
        decide({ ...reason, window: { ...reason.window, rows: 0, drift: [] }, earlier: [], current: empty });
      },
    },
  ];
}
