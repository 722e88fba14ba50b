import type { WindowReport } from '../contracts/entities/monitoring.js';
import type { JsonObject } from '../contracts/json.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import type { Kind } from '../kinds/kind.js';
import type { OptionsOf } from '../kinds/options-of.js';
import type { Profile } from '../profiles/profile.js';

/** A closed window, as a trigger looks at it. */
export interface TriggerSubject<Options = JsonObject> {
  readonly options: Options;
  /** Rows, versions and drift of the window; its performance is null, for labels come later. */
  readonly window: Omit<WindowReport, 'report'>;
  /** The windows before it that were compared with the same champion, newest first, at most 50. */
  readonly earlier: readonly WindowReport[];
  /** What the champion was evaluated on, and what came in the window: columns by name, `score` among them. */
  readonly reference: Profile;
  readonly current: Profile;
}

/** What a trigger of retrains is made of. */
export interface TriggerDefinition<Schema extends OptionsSchema> {
  readonly name: string;
  readonly options: Schema;
  /**
   * Why the model must be trained again, in words of at most 500 characters, or null: the window gives no reason. It decides once for each window;
   * the same window must give the same answer.
   */
  readonly decide: (subject: TriggerSubject<OptionsOf<Schema>>) => string | null;
}

/** A trigger of retrains, as its list keeps it. */
export interface TriggerKind extends Kind {
  readonly decide: (subject: TriggerSubject) => string | null;
}
