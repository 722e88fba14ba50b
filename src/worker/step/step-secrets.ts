import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { StepTask } from '../../contracts/run.js';
import { defaultSecretProvider } from '../../secrets/default-provider.js';
import { guardObjects } from '../../secrets/guarded-objects.js';
import type { SecretProvider } from '../../secrets/provider.js';
import { createRedactor, type Redactor } from '../../secrets/redactor.js';
import { resolveSecrets } from '../../secrets/resolve-secrets.js';
import type { ObjectStore } from '../../store/port.js';

/** A step's task with the values of its secrets put in, and what keeps them from getting out again. */
export type SecuredTask = {
  readonly task: StepTask;
  /** The values of `context.secrets`. */
  readonly secrets: { readonly [name: string]: string };
  readonly redactor: Redactor;
  /** Refuses to store a value. The very store when there are no secrets. */
  readonly objects: ObjectStore;
};

/** @throws PipelineError `SECRET_MISSING`, `SECRET_TOO_SHORT`, `SECRET_UNREADABLE`. */
export async function secureTask(
  task: StepTask,
  provider: SecretProvider | undefined,
  objects: ObjectStore,
  where: string,
): Promise<SecuredTask> {
  const { config, values } = await resolveSecrets(task.config, provider ?? defaultSecretProvider(process.env), where);
  const redactor = createRedactor(values);
  if (values.size === 0) return { task, secrets: {}, redactor, objects };
  return { task: { ...task, config }, secrets: texts(config['secrets']), redactor, objects: guardObjects(objects, redactor) };
}

function texts(value: JsonValue | undefined): { [name: string]: string } {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value as JsonObject);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
