import type { Environment } from '../../store/artifacts/cache-folder.js';
import type { StoreSetting } from '../../store/store-setting.js';

export interface CheckContext {
  readonly env: Environment;
  /** Address of the object store: a folder, `file://` or `s3://`. */
  readonly store: StoreSetting;
  /** Pipeline files whose secrets must be there. */
  readonly pipeline?: readonly string[];
  readonly address?: string;
  readonly namespace?: string;
}

export interface CheckResult {
  readonly status: 'ok' | 'warn' | 'fail';
  /** What was found, one line. */
  readonly found: string;
  /** The command or change that cures it; null when `ok`. */
  readonly cure: string | null;
}

/** One thing that `perennial doctor` looks at. Never throws for what it looks for; a throw is reported as a failed check. */
export interface Check {
  readonly name: string;
  run(context: CheckContext): Promise<CheckResult>;
}

export const ok = (found: string): CheckResult => ({ status: 'ok', found, cure: null });
export const warn = (found: string, cure: string): CheckResult => ({ status: 'warn', found, cure });
export const fail = (found: string, cure: string): CheckResult => ({ status: 'fail', found, cure });
