import type { DeployPlan, FieldChange, ScheduleChange } from '../../deploy/deploy-plan.js';
import type { Colours } from '../terminal.js';

/** The changes as lines: `+` create, `~` update, `-` delete; a field that somebody changed in Temporal is marked. */
export function renderDeployPlan(plan: DeployPlan, colours: Colours): string {
  const lines = [colours.bold(`Namespace ${plan.namespace}, queue ${plan.taskQueue}`)];
  for (const name of plan.searchAttributes) lines.push(`${colours.green('+')} search attribute ${name}`);
  for (const change of plan.schedules) lines.push(...scheduleLines(change, colours));
  const count = (action: ScheduleChange['action']): number => plan.schedules.filter((change) => change.action === action).length;
  const created = count('create') + plan.searchAttributes.length;
  lines.push(
    `${created} to create, ${count('update')} to update, ${count('delete')} to delete, ${count('unchanged')} unchanged.`,
  );
  return lines.join('\n');
}

function scheduleLines({ action, id, fields }: ScheduleChange, colours: Colours): readonly string[] {
  const title = `schedule ${id}`;
  switch (action) {
    case 'unchanged':
      return [colours.dim(`  ${title}`)];
    case 'delete':
      return [`${colours.red('-')} ${title}`];
    case 'create':
      return [`${colours.green('+')} ${title}`, ...fields.map(({ field, after }) => `    ${field}: ${after ?? ''}`)];
    case 'update':
      return [`${colours.yellow('~')} ${title}`, ...fields.map((field) => `    ${fieldLine(field, colours)}`)];
  }
}

function fieldLine({ field, before, after, drift }: FieldChange, colours: Colours): string {
  const text = `${field}: ${before ?? '(none)'} -> ${after ?? '(none)'}`;
  return drift ? `${text} ${colours.yellow('(changed in Temporal since it was deployed)')}` : text;
}
