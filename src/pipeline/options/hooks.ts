import type { HookSpec, NotifierSpec } from '../../contracts/plan/hooks.js';
import type { Duration } from '../duration.js';
import type { OptionReader } from '../lint/issues.js';
import { plainConfig } from '../plan/plain-config.js';
import { problemsOf } from './problems.js';

/** Whom notices tell how a run ends. A notice never fails, delays or blocks the run. */
export interface HookOptions {
  readonly onSuccess?: readonly NotifierSpec[];
  /** A run that somebody cancelled has not failed. */
  readonly onFailure?: readonly NotifierSpec[];
  /** A step is blocked, or an approval begins to wait: somebody has to decide. */
  readonly onBlocked?: readonly NotifierSpec[];
  /** The run is still unfinished so long after its start. */
  readonly onSlow?: { readonly after: Duration; readonly notify: readonly NotifierSpec[] };
}

/** The hooks of a plan: one for each notifier, so that each is delivered on its own. */
export function readHooks(options: HookOptions, read: OptionReader): readonly HookSpec[] {
  const { onSuccess = [], onFailure = [], onBlocked = [], onSlow } = options;
  const hooks: HookSpec[] = [];
  const add = (on: HookSpec['on'], notifiers: readonly NotifierSpec[], at: OptionReader, more: object = {}): void => {
    for (const [index, notify] of notifiers.entries()) {
      for (const { option, message } of problemsOf(notify, 'notifier')) at.at(index).at(option).report('notifier', message);
      // What the notifiers' constructors make, with secrets as plain markers.
      hooks.push({ on, ...more, notify: plainConfig(notify, at.at(index)) as NotifierSpec });
    }
  };
  add('success', onSuccess, read.at('onSuccess'));
  add('failure', onFailure, read.at('onFailure'));
  add('blocked', onBlocked, read.at('onBlocked'));
  if (onSlow === undefined) return hooks;
  const at = read.at('onSlow');
  if (onSlow.notify.length === 0) at.at('notify').report('notifier', 'expected at least one notifier');
  add('slow', onSlow.notify, at.at('notify'), { afterMs: at.at('after').duration(onSlow.after) });
  return hooks;
}
