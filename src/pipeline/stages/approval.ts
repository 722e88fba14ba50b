import type { GateConfig } from '../../contracts/stages/gate.js';
import type { Duration } from '../duration.js';
import type { OptionReader } from '../lint/issues.js';
import type { Ref } from '../references/reference.js';
import type { StepOptions } from '../options/step-options.js';

export interface ApprovalOptions extends Omit<StepOptions, 'id'> {
  /** The question that a person answers. */
  readonly message: string;
  /** Longest time without an answer; default: no limit. */
  readonly expires?: Duration;
  /** What happens then: `fail` (default) with EXECUTION_GATE_EXPIRED, `reject` with EXECUTION_GATE_REJECTED, or `approve`. */
  readonly onExpiry?: 'fail' | 'reject' | 'approve';
  /** Distinct people who must approve, 1..20; default 1. One rejection rejects. */
  readonly quorum?: number;
  /** Names of those who may answer; default anybody. Case does not count. */
  readonly approvers?: readonly string[];
  /** After that time without an end, these people may answer too. Needs `approvers`. */
  readonly escalate?: { readonly after: Duration; readonly to: readonly string[] };
  /** The author of the run may not answer; when nobody knows who that is, at least two people must approve. Default false. */
  readonly fourEyes?: boolean;
  /** Results that the person should see. */
  readonly inputs?: { readonly [name: string]: Ref };
}

const MAX_QUORUM = 20;
const ON_EXPIRY: readonly string[] = ['fail', 'reject', 'approve'] satisfies ApprovalOptions['onExpiry'][];

export function approvalConfig(options: ApprovalOptions, read: OptionReader): GateConfig {
  const { message, expires, onExpiry, quorum, approvers, escalate, fourEyes } = options;
  if (message.trim() === '') read.at('message').report('name', 'expected a question for the person who approves');
  const expiresMs = expires === undefined ? null : read.at('expires').duration(expires);
  const escalation =
    escalate === undefined ? undefined : { afterMs: read.at('escalate.after').duration(escalate.after), to: escalate.to };
  if (onExpiry !== undefined && !ON_EXPIRY.includes(onExpiry))
    read.at('onExpiry').report('range', `expected one of ${ON_EXPIRY.join(', ')}, got ${onExpiry}`);
  if (onExpiry !== undefined && expires === undefined)
    read.at('onExpiry').report('approval', 'the approval never expires; give `expires` too');
  if (quorum !== undefined) read.at('quorum').number(quorum, { min: 1, max: MAX_QUORUM, integer: true });
  lintPeople(approvers, read.at('approvers'));
  if (escalation !== undefined) lintEscalation(escalation, approvers, expiresMs, read.at('escalate'));
  const people = new Set([...(approvers ?? []), ...(escalate?.to ?? [])].map(personOf)).size;
  if (approvers !== undefined && quorum !== undefined && quorum > people) {
    read.at('quorum').report('approval', `${quorum} approvals can never come: only ${people} people may answer`);
  }
  return {
    message,
    expiresMs,
    ...(onExpiry === undefined ? {} : { onExpiry }),
    ...(quorum === undefined ? {} : { quorum }),
    ...(approvers === undefined ? {} : { approvers }),
    ...(escalation === undefined ? {} : { escalate: escalation }),
    ...(fourEyes === true ? { fourEyes } : {}),
  };
}

function lintEscalation(
  { afterMs, to }: NonNullable<GateConfig['escalate']>,
  approvers: readonly string[] | undefined,
  expiresMs: number | null,
  read: OptionReader,
): void {
  lintPeople(to, read.at('to'));
  if (approvers === undefined) read.report('approval', 'anybody may answer already; name `approvers` first');
  if (expiresMs !== null && afterMs >= expiresMs) read.at('after').report('approval', 'the approval expires before it escalates');
}

function lintPeople(names: readonly string[] | undefined, read: OptionReader): void {
  if (names === undefined) return;
  if (names.length === 0) read.report('approval', 'expected at least one name');
  if (names.some((name) => name.trim() === '')) read.report('approval', 'a name is empty');
  const twice = names.filter((name, index) => names.findIndex((other) => personOf(other) === personOf(name)) < index);
  if (twice.length > 0) read.report('approval', `named twice: ${twice.join(', ')}`);
}

const personOf = (name: string): string => name.trim().toLowerCase();
