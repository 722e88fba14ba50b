import type { HookSpec, NotifierSpec } from '../../contracts/plan/hooks.js';
import type { SecretMarker } from '../../contracts/plan.js';
import type { Duration } from '../duration.js';
import type { OptionReader } from '../lint/issues.js';
import { plainConfig } from '../plan/plain-config.js';

/** Who is told what becomes of a run. A notice never fails, delays or blocks the run. */
export interface HookOptions {
  readonly onSuccess?: readonly NotifierSpec[];
  /** A run that somebody cancelled has not failed. */
  readonly onFailure?: readonly NotifierSpec[];
  /** A step is blocked, or a gate begins to wait: somebody has to decide. */
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
      lintNotifier(notify, at.at(index));
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

const HTTP: readonly string[] = ['http:', 'https:'];
const SMTP: readonly string[] = ['smtp:', 'smtps:'];

function lintNotifier(notify: NotifierSpec, read: OptionReader): void {
  switch (notify.notifier) {
    case 'stdout':
      return;
    case 'webhook':
    case 'slack':
      lintAddress(notify.url, HTTP, read.at('url'));
      return;
    case 'email':
      lintAddress(notify.server, SMTP, read.at('server'));
      if (notify.to.length === 0) read.at('to').report('notifier', 'expected at least one receiver');
      for (const [index, address] of [notify.from, ...notify.to].entries()) {
        const at = index === 0 ? read.at('from') : read.at(`to.${index - 1}`);
        if (!address.includes('@')) at.report('notifier', `expected a mail address, got "${address}"`);
      }
  }
}

/** A secret is known only where it is sent from. */
function lintAddress(address: string | SecretMarker, protocols: readonly string[], read: OptionReader): void {
  if (typeof address !== 'string') return;
  const protocol = URL.canParse(address) ? new URL(address).protocol : null;
  if (protocol !== null && protocols.includes(protocol)) return;
  read.report(
    'notifier',
    `expected an address that begins with ${protocols.map((each) => `${each}//`).join(' or ')}, or a secret`,
  );
}
