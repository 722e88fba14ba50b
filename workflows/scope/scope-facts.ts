import { type JsonValue, isJsonObject } from '../../src/contracts/json.js';
import type { InputBinding, PlanStep } from '../../src/contracts/plan.js';
import { holdsStored, isStored, storedPart, type StoredValue } from '../../src/contracts/store/stored-value.js';
import type { ReadOperand } from '../../src/contracts/system.js';
import { operandsRead } from '../../src/pipeline/interpreter/evaluate-condition.js';

/** Reads what conditions ask of stored values; the answers come in order. */
export type OperandReader = (values: readonly StoredValue[]) => Promise<readonly ReadOperand[]>;

/** A part of a value that a condition reads, and where it is. `at`: the path to the reference inside the value; `path`: that of the operand. */
type Wanted = { readonly at: readonly string[]; readonly path: readonly string[]; readonly stored: StoredValue };

/** The stored values that conditions on `value` need; empty when nothing has to be fetched. */
export function wantedOf(value: JsonValue | undefined, paths: readonly (readonly string[])[]): readonly Wanted[] {
  return paths.flatMap((path) => {
    let inside: JsonValue | undefined = value;
    for (const [depth, field] of path.entries()) {
      if (isStored(inside)) return [{ at: path.slice(0, depth), path, stored: path.slice(depth).reduce(storedPart, inside) }];
      inside = isJsonObject(inside) ? inside[field] : undefined;
    }
    return isStored(inside) ? [{ at: path, path, stored: inside }] : [];
  });
}

/** The value as conditions see it: what they read is in place of the references. */
export function withOperands(value: JsonValue, wanted: readonly Wanted[], read: readonly ReadOperand[]): JsonValue {
  const bare = wanted.reduce((known, { at }) => put(known, at, {}), value);
  return wanted.reduce((known, { path }, index) => {
    const operand = read[index];
    return operand == null ? known : put(known, path, operand.value);
  }, bare);
}

/** Paths that the conditions of these steps, those in bodies included, read of the result `id`. What a loop ends by is its own business. */
function pathsRead(steps: readonly PlanStep[], id: string): readonly (readonly string[])[] {
  return steps.flatMap(operandsOf).flatMap(({ step, path = [] }) => (step === id ? [path] : []));
}

function operandsOf({ when = [], body }: PlanStep): readonly InputBinding[] {
  return [...when.flatMap(({ condition }) => operandsRead(condition)), ...(body?.steps ?? []).flatMap(operandsOf)];
}

/** The results of a scope as its conditions see them. */
export class ScopeFacts {
  readonly #steps: readonly PlanStep[];
  readonly #read: OperandReader;
  readonly #known = new Map<string, JsonValue>();

  constructor(steps: readonly PlanStep[], read: OperandReader) {
    this.#steps = steps;
    this.#read = read;
  }

  /** What differs from the result itself. */
  get(id: string): JsonValue | undefined {
    return this.#known.get(id);
  }

  /** Null: the conditions can read these values as they are; else resolves when what they read of them is known. */
  learn(results: { readonly [id: string]: JsonValue }): Promise<void> | null {
    const asked = Object.entries(results).flatMap(([id, value]) => {
      if (!holdsStored(value)) return [];
      const wanted = wantedOf(value, pathsRead(this.#steps, id));
      return wanted.length === 0 ? [] : [{ id, value, wanted }];
    });
    return asked.length === 0 ? null : this.#learn(asked);
  }

  async #learn(asked: readonly { readonly id: string; readonly value: JsonValue; readonly wanted: readonly Wanted[] }[]) {
    const operands = await this.#read(asked.flatMap(({ wanted }) => wanted.map(({ stored }) => stored)));
    let position = 0;
    for (const { id, value, wanted } of asked) {
      this.#known.set(id, withOperands(value, wanted, operands.slice(position, position + wanted.length)));
      position += wanted.length;
    }
  }
}

function put(value: JsonValue | undefined, path: readonly string[], member: JsonValue): JsonValue {
  const [field, ...rest] = path;
  if (field === undefined) return member;
  const around = isJsonObject(value) && !isStored(value) ? value : {};
  return { ...around, [field]: put(around[field], rest, member) };
}
