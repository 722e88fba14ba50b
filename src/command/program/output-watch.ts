import type { CommandSettings } from '../../contracts/stages/command.js';
import type { StepContext } from '../../pipeline/step-context.js';
import type { LineEnd } from './line-reader.js';

const TAIL_LINES = 20;

type Settings = Pick<CommandSettings, 'metrics' | 'progress'>;
type Context = Pick<StepContext, 'output' | 'progress'>;

/** Reads a program's output while it runs: stores it, finds metrics and progress, and keeps its last lines for messages. */
export class OutputWatch {
  readonly metrics = new Map<string, number>();
  readonly #context: Context;
  readonly #patterns: readonly { readonly name: string; readonly pattern: RegExp }[];
  readonly #progressPattern: RegExp | null;
  readonly #tail: string[] = [];
  #done = 0;
  #total = 0;

  constructor({ metrics, progress }: Settings, context: Context) {
    this.#context = context;
    this.#patterns = metrics.map(({ name, source, flags }) => ({ name, pattern: new RegExp(source, flags) }));
    this.#progressPattern = progress === null ? null : new RegExp(progress.source, progress.flags);
  }

  /** A line that ends by a carriage return is a progress bar's: shown, but not stored. */
  line(source: 'stdout' | 'stderr', raw: string, end: LineEnd): void {
    const line = end === 'newline' ? this.#context.output(source, raw) : raw;
    for (const { name, pattern } of this.#patterns) {
      const value = pattern.exec(raw)?.[1];
      if (value !== undefined) this.metrics.set(name, numberOf(value));
    }
    const [, done, total] = this.#progressPattern?.exec(raw) ?? [];
    if (done !== undefined && Number.isFinite(Number(done))) this.#done = Number(done);
    if (total !== undefined && Number.isFinite(Number(total))) this.#total = Number(total);
    if (raw.trim() === '') return;
    this.#context.progress(this.#done, this.#total, raw);
    if (end === 'return') return;
    this.#tail.push(line);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
  }

  /** The last lines that were not empty. */
  get tail(): readonly string[] {
    return this.#tail;
  }
}

/** NaN for words such as `nan` and `inf`, which the check of the metrics then names. */
const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));
