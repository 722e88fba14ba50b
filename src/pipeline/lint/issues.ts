import type { ColumnSpec, SchemaSpec } from '../../contracts/dataset.js';
import { someOf } from '../../errors/some-of.js';
import type { Column } from '../../schema/column.js';
import type { ColumnNeed } from './column-use.js';
import { TYPES_THAT_MEET } from './column-use.js';
import type { Duration } from '../duration.js';
import { durationMs, latencyMs } from '../duration.js';
import type { Setting } from '../references/parameter-reference.js';

/** What the linter looks at. */
export type LintRule =
  | 'async-builder'
  | 'cache'
  | 'call'
  | 'canary-weights'
  | 'column-type'
  | 'command'
  | 'condition'
  | 'cron'
  | 'cycle'
  | 'duplicate-check'
  | 'duplicate-id'
  | 'duplicate-model'
  | 'duplicate-trigger'
  | 'duration'
  | 'event-time'
  | 'expression'
  | 'feature-columns'
  | 'finally'
  | 'approval'
  | 'inside-a-body'
  | 'inside-a-map'
  | 'join'
  | 'label-columns'
  | 'label-leakage'
  | 'light-step'
  | 'loop'
  | 'live'
  | 'map'
  | 'metric'
  | 'monitor-column'
  | 'name'
  | 'no-steps'
  | 'not-json'
  | 'notifier'
  | 'other-schema'
  | 'parameter'
  | 'performance-without-labels'
  | 'range'
  | 'reference-as-value'
  | 'retrain-parameters'
  | 'retrain-window'
  | 'retrain-without-monitor'
  | 'schedule'
  | 'schedule-parameters'
  | 'slice-column'
  | 'source-option'
  | 'trainer-option'
  | 'rollout-option'
  | 'step-id'
  | 'trigger-parameters'
  | 'time-zone'
  | 'unknown-column'
  | 'unknown-parameter'
  | 'unknown-reference'
  | 'wrong-reference';

/** One problem of a pipeline definition. `path` is a step id and the option inside it. */
export type PipelineIssue = { readonly rule: LintRule; readonly path: string; readonly message: string };

interface Range {
  readonly min?: number;
  readonly max?: number;
  /** The bounds themselves are out. */
  readonly open?: boolean;
  readonly integer?: boolean;
}

/** Reads the options of one step, collecting what is wrong instead of stopping at it. */
export class OptionReader {
  readonly path: string;
  readonly #issues: PipelineIssue[];

  constructor(issues: PipelineIssue[], path: string) {
    this.#issues = issues;
    this.path = path;
  }

  at(key: string | number): OptionReader {
    return new OptionReader(this.#issues, this.path === '' ? String(key) : `${this.path}.${key}`);
  }

  report(rule: LintRule, message: string): void {
    this.#issues.push({ rule, path: this.path, message });
  }

  /** Milliseconds of a duration; 0 and a report when it is none. */
  duration(text: Duration, range: { readonly positive: boolean } = { positive: true }): number {
    return this.#milliseconds(text, durationMs(text), range);
  }

  /** As `duration`, in parts of a millisecond. */
  latency(text: Duration): number {
    return this.#milliseconds(text, latencyMs(text), { positive: true });
  }

  #milliseconds(text: Duration, ms: number | null, range: { readonly positive: boolean }): number {
    if (ms === null) this.report('duration', `expected a duration such as '5 minutes', got '${text}'`);
    else if (range.positive && ms === 0) this.report('duration', `expected more than nothing, got '${text}'`);
    return ms ?? 0;
  }

  /** The number itself; a parameter is left to the run. */
  number<Value extends Setting<number>>(value: Value, range: Range): Value {
    if (typeof value === 'number' && !fits(value, range)) this.report('range', `expected ${rangeInWords(range)}, got ${value}`);
    return value;
  }

  /** The specification of a column of this schema, or null and a report. */
  column(schema: SchemaSpec, { name, schema: owner }: Column, need: ColumnNeed): ColumnSpec | null {
    const column = columnsByName(schema).get(name);
    if (owner !== schema.name) {
      this.report('other-schema', `"${name}" is a column of ${owner}, but the data set has schema "${schema.name}"`);
      return null;
    }
    if (column === undefined) {
      const names = schema.columns.map((candidate) => candidate.name);
      this.report('unknown-column', `schema "${schema.name}" has no column "${name}"; it has ${someOf(names)}`);
      return null;
    }
    const types: readonly string[] = TYPES_THAT_MEET[need];
    if (!types.includes(column.type))
      this.report('column-type', `column "${name}" is a ${column.type}, expected ${types.join(' or ')}`);
    return column;
  }

  /** A name that becomes part of addresses in the store and of workflow ids. */
  name(value: string, what: string): string {
    if (!NAME.test(value)) this.report('name', `${what} "${value}" must match ${NAME.source}`);
    return value;
  }
}

/** For schemas of thousands of columns, each of which options name. */
const byName = new WeakMap<SchemaSpec, ReadonlyMap<string, ColumnSpec>>();

function columnsByName(schema: SchemaSpec): ReadonlyMap<string, ColumnSpec> {
  const known = byName.get(schema) ?? new Map(schema.columns.map((column) => [column.name, column]));
  byName.set(schema, known);
  return known;
}

/** Names of pipelines, models and endpoints: lower case, digits and dashes, at most 63 characters. */
const NAME = /^[a-z][a-z0-9-]{0,62}$/;

function fits(value: number, { min = -Infinity, max = Infinity, open = false, integer = false }: Range): boolean {
  if (!Number.isFinite(value) || (integer && !Number.isInteger(value))) return false;
  return open ? value > min && value < max : value >= min && value <= max;
}

function rangeInWords({ min, max, open = false, integer = false }: Range): string {
  const bounds = [
    ...(min === undefined ? [] : [`${open ? '>' : '>='} ${min}`]),
    ...(max === undefined ? [] : [`${open ? '<' : '<='} ${max}`]),
  ];
  return [integer ? 'a whole number' : 'a finite number', bounds.join(' and ')].filter((part) => part !== '').join(' ');
}
