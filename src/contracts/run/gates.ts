/** An answer that counted. `by` is null when time decided. */
export type GateDecision = {
  readonly action: 'approve' | 'reject' | 'escalate' | 'expire';
  readonly by: string | null;
  readonly reason: string | null;
  /** ISO. */
  readonly at: string;
  /** How it counted, in words: `approval 1 of 2`. */
  readonly counted: string;
};

/** An approval of a run as status shows it. */
export type GateState = {
  /** Id of the step, inside bodies with its instance: `review[3]`. The name under which it is answered. */
  readonly step: string;
  readonly message: string;
  readonly state: 'open' | 'approved' | 'rejected' | 'expired' | 'cancelled';
  /** Distinct people who must approve, and how many are still missing. */
  readonly quorum: number;
  readonly missing: number;
  /** People who may answer now; null: anybody. */
  readonly approvers: readonly string[] | null;
  /** The author of the run, who may not answer; null: no such rule, or nobody knows the author. */
  readonly notBy: string | null;
  /** ISO; null: never. */
  readonly expiresAt: string | null;
  readonly onExpiry: 'fail' | 'reject' | 'approve';
  /** ISO; when others may answer too. */
  readonly escalatesAt: string | null;
  readonly decisions: readonly GateDecision[];
};

/** What a person, or time, decided about a step of a run. */
export type StepDecision = Omit<GateDecision, 'action'> & {
  readonly action: GateDecision['action'] | 'retry' | 'skip' | 'use' | 'cancel';
};

/** An entry of a run's decision log in the store, one file each: `runs/<workflow id>/<run id>/decisions/<number>.json`. */
export type DecisionRecord = StepDecision & {
  /** From 1, without gaps. */
  readonly number: number;
  readonly pipeline: string;
  readonly workflowId: string;
  readonly runId: string;
  /** With its instance inside bodies. */
  readonly step: string;
  /** Author of the run; null when unknown. */
  readonly author: string | null;
};
