import type { JsonObject } from '../contracts/json.js';
import type { NoticeMessage, NoticeReceipt, NotifierSpec } from '../contracts/plan/hooks.js';
import type { SecretMarker } from '../contracts/plan.js';
import { checkOptions } from '../kinds/check-options.js';
import type { OptionSchema, OptionsSchema } from '../kinds/json-schema.js';
import type { Kind } from '../kinds/kind.js';
import { type GivenOptions, type OptionsOf, withDefaults } from '../kinds/options-of.js';
import { type OptionProblem, withProblems } from '../pipeline/options/problems.js';

/** What `send` has beside the message and the options. */
export interface NoticeTools {
  /** Aborted when the worker shuts down, and when the time for one attempt is over. */
  readonly signal: AbortSignal;
  /** The receiver as errors name it. */
  readonly where: string;
  /**
   * Posts JSON: a text as it is, anything else written as JSON. Follows no redirects.
   * @throws PipelineError `NOTICE_REFUSED` on 3xx and 4xx, which is not tried again; `NOTICE_UNDELIVERED` on 408, 429, 5xx and no answer.
   */
  readonly post: (url: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<NoticeReceipt>;
  /** Writes a line on the standard output of the worker. */
  readonly writeLine: (line: string) => void;
}

/** A kind of notifier, as its list has it. */
export interface NotifierKind extends Kind {
  receiver(options: JsonObject): string;
  problems(options: JsonObject): readonly OptionProblem[];
  send(message: NoticeMessage, options: JsonObject, tools: NoticeTools): Promise<NoticeReceipt>;
}

/** What `defineNotifier` takes. */
export interface NotifierDefinition<Schema extends OptionsSchema = OptionsSchema> {
  /** As the plan writes it: lower case, digits and `_`. */
  readonly name: string;
  /** JSON Schema of its options. A secret may stand for any of them; `send` gets its value. */
  readonly options: Schema;
  /** How errors and lists name the receiver; default the name of the notifier. A secret is still its marker here. No passwords, paths or queries. */
  receiver?(options: SecretsIn<OptionsOf<Schema>>): string;
  /** What is wrong with options that are right one by one, where the pipeline is defined. A secret is still its marker here. */
  problems?(options: SecretsIn<OptionsOf<Schema>>): readonly OptionProblem[];
  /**
   * Delivers the message once, and gives the answer of the receiver. What it throws is tried again, with growing pauses, for about half an hour;
   * only `NOTICE_REFUSED` is final. `message.delivery` is the same for every attempt: a receiver can tell a repeat by it.
   */
  send(message: NoticeMessage, options: OptionsOf<Schema>, tools: NoticeTools): Promise<NoticeReceipt>;
}

/** Options, each a value or a secret. */
export type SecretsIn<Options> = { readonly [Name in keyof Options]: Options[Name] | SecretMarker };

type Rest<Options> = Partial<Options> extends Options ? [options?: Options] : [options: Options];

/** What a pipeline file calls: `notify.slack({ url: secret('SLACK_URL') })`. */
export type NotifierConstructor<Schema extends OptionsSchema> = {
  /** What `NOTIFIERS` lists. */
  readonly kind: NotifierKind;
} & ((...options: Rest<SecretsIn<GivenOptions<Schema>>>) => NotifierSpec);

/**
 * Makes a notifier and its constructor.
 * @param call - the constructor as messages write it: `notify.slack`.
 */
export function notifierKind<const Schema extends OptionsSchema>(
  call: string,
  definition: NotifierDefinition<Schema>,
): NotifierConstructor<Schema> {
  const { receiver, problems } = definition as unknown as Partial<NotifierKind>;
  const kind = {
    ...definition,
    receiver: receiver ?? (() => definition.name),
    problems: problems ?? (() => []),
  } as unknown as NotifierKind;
  const make = (options: JsonObject = {}): NotifierSpec => {
    checkOptions(call, kind, options);
    const spec = { notifier: kind.name, ...withDefaults(kind.options, options) } as NotifierSpec;
    return withProblems(spec, () => kind.problems(spec));
  };
  return Object.assign(make, { kind }) as unknown as NotifierConstructor<Schema>;
}

/** A text that may be a secret. */
export const A_TEXT_OR_SECRET = { type: 'string', title: 'a text or secret(...) or a secret' } as const satisfies OptionSchema;
