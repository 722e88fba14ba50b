import type { GateConfig } from '../../contracts/stages.js';
import type { Duration } from '../duration.js';
import type { OptionReader } from '../issues.js';
import type { Ref } from '../reference.js';
import type { StepOptions } from '../step-options.js';

export interface ApprovalOptions extends Omit<StepOptions, 'id'> {
  /** The question that a person answers. */
  readonly message: string;
  /** Unanswered for so long counts as rejected; default never. */
  readonly expires?: Duration;
  /** Results that the person should see. */
  readonly inputs?: { readonly [name: string]: Ref };
}

export function approvalConfig({ message, expires }: ApprovalOptions, read: OptionReader): GateConfig {
  if (message.trim() === '') read.at('message').report('name', 'expected a question for the person who approves');
  return { message, expiresMs: expires === undefined ? null : read.at('expires').duration(expires) };
}
