import type { RunStatus } from '../../contracts/run.js';
import type { SecretProvider } from '../../secrets/provider.js';
import type { StoreSetting } from '../../store/store-setting.js';
import type { Doubles } from '../doubles.js';

/** How a run in this process goes. */
export interface InProcessOptions extends Doubles {
  /** Folder, `file:///...`, `s3://bucket/prefix`, an address of a kind of your own, or a store that is open. */
  readonly store: StoreSetting;
  /** Where values of secrets come from; default as for a worker. */
  readonly secrets?: SecretProvider;
  /** Called after every change. */
  readonly onStatus?: (status: RunStatus) => void;
  /** False: no result of another run is used. Default: as the steps say. */
  readonly cache?: boolean;
  /** Steps that run although a result of another run is there. */
  readonly force?: readonly string[];
  /** What to answer when an approval opens; by default every one is approved, since nobody else can answer. */
  readonly onApproval?: (step: string, message: string) => ApprovalAnswer;
  /**
   * ISO time of a clock of the run's own that starts then, stands still while steps run, and jumps over waits: approvals that expire, bakes of a
   * roll-out, pauses between retries. Default: the clock of the wall.
   */
  readonly startAt?: string;
}

/** `ignore`: nobody answers, so the approval waits until it expires. */
export type ApprovalAnswer = 'approve' | 'reject' | 'ignore';
