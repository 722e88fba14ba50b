import type { JsonObject } from '../contracts/json.js';
import { checkDefinition } from '../kinds/check-definition.js';
import { optionKinds } from '../kinds/check-options.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import { createKindList } from '../kinds/kind-list.js';
import { filesOfCallers } from '../modules/defining-file.js';
import { checkWritten } from '../pipeline/options/problems.js';
import { type NotifierConstructor, type NotifierDefinition, type NotifierKind, notifierKind } from './notifier-kind.js';
import { email } from './notifiers/email.js';
import { slack } from './notifiers/slack.js';
import { stdout } from './notifiers/stdout.js';
import { webhook } from './notifiers/webhook.js';

/** Every notifier by the name that the plan has of it. */
export const NOTIFIERS = createKindList<NotifierKind>('notifier', 'notifier', [
  stdout.kind,
  webhook.kind,
  slack.kind,
  email.kind,
]);

checkWritten(NOTIFIERS, {
  members: (kind) => optionKinds(kind),
  problems: (kind, written) => kind.problems(written as JsonObject),
});

/**
 * Adds a notifier of one's own and gives its constructor: `teams({ url: secret('TEAMS_URL') })`. It runs in the worker: attempts, their pauses and
 * their time limit, and taking secrets out of errors are the worker's.
 * @throws PipelineError `EXTENSION_INVALID`, `EXTENSION_NAME_TAKEN`.
 */
export function defineNotifier<const Schema extends OptionsSchema>(
  definition: NotifierDefinition<Schema>,
): NotifierConstructor<Schema> {
  checkDefinition('notifier', definition, { functions: ['send'], optional: ['receiver', 'problems'] });
  const made = notifierKind(definition.name, definition);
  NOTIFIERS.add(made.kind, { files: filesOfCallers(defineNotifier) });
  return made;
}

export { email, slack, stdout, webhook };
