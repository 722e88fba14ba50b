import type { GateDecision, GateState } from '../../../src/contracts/run/gates.js';
import type { GateConfig, ApprovalResult } from '../../../src/contracts/stages/gate.js';
import type { StepFailure } from '../../../src/contracts/run.js';
import { PipelineError } from '../../../src/errors/pipeline-error.js';

/** What a decision brought about: the approval stays open, lets the run on, or fails. */
export type GateVerdict =
  | { readonly verdict: 'open' }
  | { readonly verdict: 'approved'; readonly result: ApprovalResult }
  | { readonly verdict: 'failed'; readonly failure: StepFailure };

/** An approval from its opening to its end: who may answer, what counts, what is still missing. Pure except for what it remembers. */
export class Gate {
  readonly decisions: GateDecision[] = [];
  readonly #name: string;
  readonly #config: GateConfig;
  readonly #author: string | null;
  readonly #openedMs: number;
  #state: GateState['state'] = 'open';
  #escalated = false;

  /** @param name - the step with its instance. */
  constructor(name: string, config: GateConfig, author: string | null, openedMs: number) {
    this.#name = name;
    this.#config = config;
    this.#author = author;
    this.#openedMs = openedMs;
  }

  /** @throws PipelineError `EXECUTION_GATE_UNREACHABLE` when too few people may approve, those of the escalation included. */
  checkReachable(): void {
    const { approvers, escalate } = this.#config;
    if (approvers === undefined) return;
    const people = new Set([...approvers, ...(escalate?.to ?? [])].map(personOf));
    if (this.#notBy !== null) people.delete(personOf(this.#notBy));
    if (people.size >= this.quorum) return;
    const without = this.#notBy === null ? '' : ` without its author ${this.#notBy}`;
    throw new PipelineError('EXECUTION_GATE_UNREACHABLE', {
      what: `approval "${this.#name}" needs ${this.quorum} approvals, but only ${people.size} people may approve${without}`,
    });
  }

  get quorum(): number {
    const { quorum = 1, fourEyes } = this.#config;
    return fourEyes === true && this.#author === null ? Math.max(quorum, 2) : quorum;
  }

  /** True once the people of the escalation may answer too. */
  get isEscalated(): boolean {
    return this.#escalated;
  }

  get missing(): number {
    return Math.max(0, this.quorum - this.decisions.filter(({ action }) => action === 'approve').length);
  }

  /** @throws PipelineError `EXECUTION_APPROVAL_REFUSED` when this person may not answer, or has approved already. */
  check(by: string, action: 'approve' | 'reject'): void {
    const approvers = this.#approvers();
    if (approvers !== null && !approvers.some((name) => isSame(name, by))) {
      throw this.#refused(`${by} is not among its approvers`, approvers.join(', '));
    }
    if (this.#notBy !== null && isSame(this.#notBy, by)) {
      throw this.#refused(`${by} started the run, and the author may not answer (four eyes)`, 'somebody else');
    }
    const before = this.decisions.find((decision) => decision.by !== null && isSame(decision.by, by));
    if (action === 'approve' && before !== undefined) {
      throw this.#refused(`${by} approved it already at ${before.at}`, `${this.missing} more, from other people`);
    }
  }

  answer(action: 'approve' | 'reject', by: string, reason: string | null, at: string): GateVerdict {
    this.check(by, action);
    if (action === 'reject') {
      this.#decide(action, by, reason, at, 'rejects the step');
      return this.#fail('rejected', 'EXECUTION_GATE_REJECTED', `was rejected by ${by}: ${reason ?? ''}`, { by, reason });
    }
    const number = this.quorum - this.missing + 1;
    this.#decide(action, by, reason, at, `approval ${number} of ${this.quorum}`);
    return this.missing > 0 ? { verdict: 'open' } : this.#approve(by, reason);
  }

  /** Lets the people of the escalation answer too. */
  escalate(at: string): void {
    const to = this.#config.escalate?.to ?? [];
    this.#escalated = true;
    this.#decide('escalate', null, null, at, `${to.join(', ')} may answer too`);
  }

  expire(at: string): GateVerdict {
    const { expiresMs, onExpiry = 'fail' } = this.#config;
    const text = `was not answered within ${String(expiresMs)} ms`;
    const counted = { fail: 'fails the step', reject: 'rejects the step', approve: 'approves the step' }[onExpiry];
    this.#decide('expire', null, text, at, counted);
    if (onExpiry === 'approve') return this.#approve('expiry', text);
    const code = onExpiry === 'reject' ? 'EXECUTION_GATE_REJECTED' : 'EXECUTION_GATE_EXPIRED';
    return this.#fail('expired', code, text, { expiresMs });
  }

  cancel(): void {
    if (this.#state === 'open') this.#state = 'cancelled';
  }

  /** What it waits for, in words. */
  describe(): string {
    const { message } = this.#config;
    const approved = this.decisions.filter(({ action }) => action === 'approve').map(({ by }) => by);
    const count =
      this.quorum === 1
        ? []
        : [`${approved.length} of ${this.quorum} approvals${approved.length === 0 ? '' : `: ${approved.join(', ')}`}`];
    const from = this.#approvers();
    const people = from === null ? [] : [`from ${from.join(', ')}`];
    const not = this.#notBy === null ? [] : [`not ${this.#notBy}`];
    const notes = [...count, ...people, ...not];
    return notes.length === 0 ? message : `${message} (${notes.join('; ')})`;
  }

  /** Why it can no longer be answered; null while it can. */
  get ended(): string | null {
    if (this.#state === 'open') return null;
    const last = this.decisions.at(-1);
    const who = last?.by == null ? '' : ` by ${last.by}`;
    return this.#state === 'cancelled' || last === undefined ? this.#state : `${this.#state}${who} at ${last.at}`;
  }

  state(): GateState {
    const { message, expiresMs, onExpiry = 'fail', escalate } = this.#config;
    const after = (ms: number): string => new Date(this.#openedMs + ms).toISOString();
    return {
      step: this.#name,
      message,
      state: this.#state,
      quorum: this.quorum,
      missing: this.missing,
      approvers: this.#approvers(),
      notBy: this.#notBy,
      expiresAt: expiresMs === null ? null : after(expiresMs),
      onExpiry,
      escalatesAt: escalate === undefined ? null : after(escalate.afterMs),
      decisions: [...this.decisions],
    };
  }

  get #notBy(): string | null {
    return this.#config.fourEyes === true ? this.#author : null;
  }

  #approvers(): readonly string[] | null {
    const { approvers, escalate } = this.#config;
    if (approvers === undefined) return null;
    return this.#escalated ? [...approvers, ...(escalate?.to ?? [])] : approvers;
  }

  #decide(action: GateDecision['action'], by: string | null, reason: string | null, at: string, counted: string): void {
    this.decisions.push({ action, by, reason, at, counted });
  }

  #approve(by: string, reason: string | null): GateVerdict {
    this.#state = 'approved';
    return { verdict: 'approved', result: { approved: true, by, reason, decisions: [...this.decisions] } };
  }

  #fail(state: 'rejected' | 'expired', code: string, what: string, details: StepFailure['details']): GateVerdict {
    this.#state = state;
    return { verdict: 'failed', failure: { code, message: `approval "${this.#name}" ${what}`, details } };
  }

  #refused(received: string, expected: string): PipelineError {
    return new PipelineError('EXECUTION_APPROVAL_REFUSED', {
      what: `approval "${this.#name}" does not take this answer`,
      expected,
      received,
      details: { gate: this.#name, missing: this.missing, approvers: this.#approvers(), notBy: this.#notBy },
    });
  }
}

/** Names of people are compared without regard to case and blanks around them. */
function personOf(name: string): string {
  return name.trim().toLowerCase();
}

function isSame(one: string, other: string): boolean {
  return personOf(one) === personOf(other);
}
