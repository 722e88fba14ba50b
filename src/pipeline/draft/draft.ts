import type { JsonObject } from '../../contracts/json.js';
import type { StepKind } from '../../contracts/plan.js';
import type { ParameterShape } from '../../schema/parameter.js';
import { parameterSchema } from '../../schema/parameter-schema.js';
import { jsonSchemaProblem } from '../../schema/validate-parameters.js';
import {
  type DraftBody,
  type DraftGuard,
  type DraftInput,
  type DraftScope,
  type DraftSource,
  type DraftStep,
  isPseudo,
  isVisible,
  type Knowledge,
  rootScope,
} from './draft-scope.js';
import { reportPromise } from './is-promise.js';
import type { AnyFunction } from '../captures/scope-reader.js';
import type { PipelineIssue } from '../lint/issues.js';
import { OptionReader } from '../lint/issues.js';
import type { Pipeline, StepFunction } from '../pipeline.js';
import { plainConfig } from '../plan/plain-config.js';
import type { Ref } from '../references/reference.js';
import { createReference, fieldOf, isReference } from '../references/reference.js';
import type { StepOptions } from '../options/step-options.js';
import { readStepOptions } from '../options/step-options.js';

export type { DraftStep, Knowledge } from './draft-scope.js';

interface StepDeclaration {
  readonly kind: StepKind;
  readonly id: string;
  readonly options: StepOptions;
  readonly inputs?: { readonly [name: string]: DraftInput };
  readonly knows?: Knowledge;
  readonly produces?: StepKind;
  /** What `PipelineDraft.body` collected for it. */
  readonly body?: DraftBody;
  /** That was given out before the step was declared: see `addWhenUsed`. */
  readonly reference?: Ref;
  readonly fields?: DraftStep['fields'];
  /** Steps that must end first although nothing of theirs is an input. */
  readonly follows?: readonly DraftStep[];
  /** Builds the step's configuration; may hold parameter references, which become markers. */
  readonly config?: (read: OptionReader) => object;
}

/** A pipeline while its builder function runs: steps, and everything that is wrong so far. */
export class PipelineDraft {
  readonly name: string;
  readonly parameters: JsonObject;
  readonly dateParameters: readonly string[];
  readonly parameterNames: readonly string[];
  readonly issues: PipelineIssue[] = [];
  /** Steps of all scopes, in the order of their declaration. */
  readonly steps: DraftStep[] = [];
  readonly functions = new Map<string, StepFunction>();
  /** Pipelines that steps call as objects, by name. */
  readonly calls = new Map<string, Pipeline>();
  /** Each function as it was written. */
  readonly bodies = new Map<string, AnyFunction>();
  readonly scope = rootScope();
  readonly #byReference = new Map<Ref, DraftSource>();
  readonly #whenUsed = new Map<Ref, { readonly id: string; readonly declare: () => void }>();
  #current: DraftScope = this.scope;

  constructor(name: string, parameters: ParameterShape) {
    this.name = name;
    const usable = Object.entries(parameters).filter(([parameter, { parameter: schema }]) => {
      const problem = jsonSchemaProblem(schema);
      if (problem !== null) this.root.at(`params.${parameter}`).report('parameter', problem);
      return problem === null;
    });
    this.parameters = parameterSchema(name, Object.fromEntries(usable));
    this.parameterNames = Object.keys(parameters);
    this.dateParameters = this.parameterNames.filter((parameter) => parameters[parameter]?.format === 'date');
  }

  get root(): OptionReader {
    return new OptionReader(this.issues, '');
  }

  add<R extends Ref>(declaration: StepDeclaration): R {
    const { kind, id, options } = declaration;
    const read = this.root.at(id);
    const reference = (declaration.reference ?? createReference(id)) as R;
    const step: DraftStep = {
      id,
      kind,
      produces: declaration.produces ?? kind,
      reference,
      scope: this.#current,
      guards: [...this.#current.guards],
      body: declaration.body ?? null,
      fields: declaration.fields ?? {},
      inputs: declaration.inputs ?? {},
      common: readStepOptions(kind, options, read),
      after: options.after ?? [],
      knows: declaration.knows ?? {},
      read,
      config: plainConfig(declaration.config?.(read) ?? {}, read),
      follows: declaration.follows ?? [],
      isImplied: declaration.reference !== undefined,
    };
    this.steps.push(step);
    step.scope.steps.push(step);
    this.#byReference.set(reference, step);
    return reference;
  }

  /**
   * The reference of a step that `declare` adds as soon as something uses it, and in no other case: where steps are declared now, and under
   * the conditions of now.
   */
  addWhenUsed(id: string, declare: (reference: Ref) => void): Ref {
    const reference = createReference(id);
    const scope = this.#current;
    const around = [...scope.guards];
    this.#whenUsed.set(reference, {
      id,
      declare: () => {
        const [before, guards] = [this.#current, scope.guards.splice(0, scope.guards.length, ...around)];
        this.#current = scope;
        try {
          declare(reference);
        } finally {
          scope.guards.splice(0, scope.guards.length, ...guards);
          this.#current = before;
        }
      },
    });
    return reference;
  }

  /** Adds the steps that nothing uses but the order of others, which is read when the pipeline is complete. */
  addThoseInOrder(): void {
    for (const { after } of this.steps)
      for (const reference of after) if (isReference(reference)) this.#sourceOf(fieldOf(reference).base);
  }

  /** The id of the step that a reference names. */
  idOf(reference: Ref): string {
    const { base } = fieldOf(reference);
    return this.#byReference.get(base)?.id ?? this.#whenUsed.get(base)?.id ?? 'unknown';
  }

  #sourceOf(base: Ref): DraftSource | undefined {
    const late = this.#whenUsed.get(base);
    this.#whenUsed.delete(base);
    late?.declare();
    return this.#byReference.get(base);
  }

  /**
   * Collects the steps that `declare` adds into the body of the composite step `owner`, which is added afterwards with
   * `add({ ..., body })`. What the steps inside use from outside becomes a need of the composite step when the plan is compiled.
   * @param pseudo - names of the results that the composite step gives to each run of its body: `item` is bound as `<owner>.item`.
   * @param declare - gets a reference for each of those names; returns the reference of the body's result, or anything else for none.
   */
  body<Name extends string>(
    owner: string,
    pseudo: readonly Name[],
    declare: (references: { readonly [Key in Name]: Ref }) => unknown,
  ): DraftBody {
    const scope: DraftScope = { owner, outer: this.#current, steps: [], guards: [] };
    const references = pseudo.map((name): [string, Ref] => {
      const id = `${owner}.${name}`;
      const reference = createReference(id);
      this.#byReference.set(reference, { id, scope, pseudo: true });
      return [name, reference];
    });
    this.#current = scope;
    try {
      const returned = declare(Object.fromEntries(references) as { readonly [Key in Name]: Ref });
      const at = this.root.at(owner);
      reportPromise(returned, at);
      if (scope.steps.length === 0) at.report('no-steps', 'a body has at least one step');
      return { scope, result: isReference(returned) ? this.locate(returned, at.at('result')) : null };
    } finally {
      this.#current = scope.outer ?? this.scope;
    }
  }

  /** Adds a guard to every step that `declare` adds, those of bodies excepted: the step around the body has it. */
  guarded<T>(guard: DraftGuard, declare: () => T): T {
    const { guards } = this.#current;
    guards.push(guard);
    try {
      const returned = declare();
      reportPromise(returned, this.root.at('when'));
      return returned;
    } finally {
      guards.pop();
    }
  }

  /** Whether steps are declared straight into the pipeline now: not in a body and under no condition. */
  get isAtRoot(): boolean {
    return this.#current === this.scope && this.scope.guards.length === 0;
  }

  /** The step behind a reference, or null and a report when it is of another pipeline or of a stage that does not fit. */
  find(reference: unknown, at: OptionReader, kinds?: readonly StepKind[]): DraftStep | null {
    const found = this.locate(reference, at);
    if (found === null) return null;
    const { step, path } = found;
    if (!isPseudo(step) && path === undefined && (kinds === undefined || kinds.includes(step.produces))) return step;
    const expected = kinds === undefined ? 'a step' : `a step of kind ${kinds.join(' or ')}`;
    const part = path === undefined ? `"${step.id}"` : `the field ${path.join('.')} of "${step.id}"`;
    at.report(
      'wrong-reference',
      `expected the reference of ${expected}, got ${part}${isPseudo(step) ? '' : ` of kind ${step.kind}`}`,
    );
    return null;
  }

  /**
   * What a reference names: a step or a pseudo result of a body around, and the path of a field. Null and a report when it is of another
   * pipeline, or of a step inside a body that is not around `from`.
   * @param from - the scope that uses it; default the one in which steps are declared now.
   */
  locate(reference: unknown, at: OptionReader, from: DraftScope = this.#current): DraftInput | null {
    if (!isReference(reference)) {
      at.report('wrong-reference', `expected the reference of a step, got ${reference === null ? 'null' : typeof reference}`);
      return null;
    }
    const { base, path } = fieldOf(reference);
    const source = this.#sourceOf(base);
    if (source === undefined) {
      at.report('unknown-reference', `the reference is of another pipeline; pipeline "${this.name}" has ${this.#ids()}`);
      return null;
    }
    if (isVisible(source.scope, from)) return { step: source, ...(path.length === 0 ? {} : { path }) };
    const { owner } = source.scope;
    at.report(
      'inside-a-body',
      `"${source.id}" is inside the body of "${owner ?? ''}", which runs many times; use it in there, or use the result of "${owner ?? ''}"`,
    );
    return null;
  }

  reportUnknownParameter(name: string): void {
    const known = this.parameterNames.length === 0 ? 'it declares none' : `it declares ${this.parameterNames.join(', ')}`;
    this.root.at(`params.${name}`).report('unknown-parameter', `the pipeline has no parameter "${name}"; ${known}`);
  }

  #ids(): string {
    return this.steps.length === 0 ? 'no steps yet' : `the steps ${this.steps.map((step) => step.id).join(', ')}`;
  }
}
