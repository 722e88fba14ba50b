import type { GateDecision } from '../run/gates.js';

export type GateConfig = {
  readonly message: string;
  readonly expiresMs: number | null;
  /** What an unanswered approval does when it expires: fails with EXECUTION_GATE_EXPIRED, as if rejected, or as if approved. Absent: `fail`. */
  readonly onExpiry?: 'fail' | 'reject' | 'approve';
  /** So many distinct people must approve; absent: 1. One rejection rejects. */
  readonly quorum?: number;
  /** People who may answer; absent: anybody. */
  readonly approvers?: readonly string[];
  /** Unanswered for so long, these people may answer too. */
  readonly escalate?: { readonly afterMs: number; readonly to: readonly string[] };
  /** The author of the run may not answer. When nobody knows the author, two people at least must approve. */
  readonly fourEyes?: true;
};
/**
 * Result of an approval that was given: who approved last and why; `by` is `expiry` when it approved itself. A rejected approval fails with
 * EXECUTION_GATE_REJECTED. `decisions`: all that counted, in order.
 */
export type ApprovalResult = {
  readonly approved: true;
  readonly by: string;
  readonly reason: string | null;
  readonly decisions?: readonly GateDecision[];
};
