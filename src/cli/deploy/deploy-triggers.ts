import type { Pipeline } from '../../pipeline/pipeline.js';
import { subjectPath } from '../../contracts/plan/triggers.js';
import type { TriggerChange } from '../../triggers/apply-triggers.js';
import type { QueueFlags, StoreFlags } from '../options/options.js';
import type { Colours } from '../terminal.js';

export interface TriggerDeployment {
  readonly changes: readonly TriggerChange[];
  /** Whether applying would do anything. */
  readonly changesAnything: boolean;
  /** Carries the changes out. */
  apply(): Promise<void>;
}

/** What deploying these pipelines does to their triggers in the store. */
export async function deployTriggers(
  pipelines: readonly Pipeline[],
  { store, taskQueue }: StoreFlags & QueueFlags,
  by: string,
): Promise<TriggerDeployment> {
  const { openObjectStore } = await import('../../store/open-store.js');
  const { applyTriggers, planTriggers } = await import('../../triggers/apply-triggers.js');
  const objects = await openObjectStore(store);
  const changes = await planTriggers(objects, pipelines, { taskQueue, by });
  return {
    changes,
    changesAnything: changes.some(({ action }) => action !== 'keep'),
    apply: () => applyTriggers(objects, changes),
  };
}

/** The changes as lines: `+` create, `~` update, `-` delete. */
export function renderTriggerChanges(changes: readonly TriggerChange[], colours: Colours): readonly string[] {
  return changes.map(({ action, pipeline, on, changed, subscription }) => {
    const title = `trigger ${pipeline} on ${subjectPath(on)}`;
    switch (action) {
      case 'create':
        return `${colours.green('+')} ${title} (${subscription.overlap})`;
      case 'update':
        return `${colours.yellow('~')} ${title}: ${changed.join(', ')}`;
      case 'delete':
        return `${colours.red('-')} ${title}`;
      case 'keep':
        return colours.dim(`  ${title}`);
    }
  });
}

/** As JSON prints them. */
export const triggerChangesAsJson = (changes: readonly TriggerChange[]): readonly object[] =>
  changes.map(({ action, pipeline, on, changed }) => ({ action, pipeline, subject: subjectPath(on), changed }));
