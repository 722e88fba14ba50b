import type { SchemaSpec } from '../contracts/dataset.js';
import type { JsonObject } from '../contracts/json.js';
import type { StepKind } from '../contracts/plan.js';
import type { LabelSpec } from '../contracts/stages.js';
import type { ParameterShape } from '../schema/parameter.js';
import { parameterSchema } from '../schema/parameter-schema.js';
import { jsonSchemaProblem } from '../schema/validate-parameters.js';
import type { PipelineIssue } from './issues.js';
import { OptionReader } from './issues.js';
import type { StepFunction } from './pipeline.js';
import { plainConfig } from './plain-config.js';
import type { Ref } from './reference.js';
import { createReference, isReference } from './reference.js';
import type { CommonStepFields, StepOptions } from './step-options.js';
import { readStepOptions } from './step-options.js';

/** What a step knows of the steps before it, for checks that cross steps. */
export interface Knowledge {
  readonly schema?: SchemaSpec;
  readonly label?: LabelSpec;
  /** Raw columns that the model takes at serving time. */
  readonly inputColumns?: readonly string[];
  readonly features?: DraftStep;
  readonly model?: string;
  readonly endpoint?: string;
}

interface DraftInput {
  readonly step: DraftStep;
  readonly path?: readonly string[];
}

export interface DraftStep {
  readonly id: string;
  readonly kind: StepKind;
  readonly reference: Ref;
  readonly inputs: { readonly [name: string]: DraftInput };
  readonly common: CommonStepFields;
  /** The caller's own list: read when the pipeline is complete. */
  readonly after: readonly Ref[];
  readonly knows: Knowledge;
  readonly read: OptionReader;
  /** Replaced when a later step adds to it. */
  config: JsonObject;
  /** Order constraints that the pipeline adds by itself. */
  readonly follows: DraftStep[];
}

interface StepDeclaration {
  readonly kind: StepKind;
  readonly id: string;
  readonly options: StepOptions;
  readonly inputs?: { readonly [name: string]: DraftInput };
  readonly knows?: Knowledge;
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
  readonly steps: DraftStep[] = [];
  readonly functions = new Map<string, StepFunction>();
  readonly #byReference = new Map<Ref, DraftStep>();

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
    const reference = createReference<R>(id);
    const step: DraftStep = {
      id,
      kind,
      reference,
      inputs: declaration.inputs ?? {},
      common: readStepOptions(kind, options, read),
      after: options.after ?? [],
      knows: declaration.knows ?? {},
      read,
      config: plainConfig(declaration.config?.(read) ?? {}, read),
      follows: [],
    };
    this.steps.push(step);
    this.#byReference.set(reference, step);
    return reference;
  }

  /** The step behind a reference, or null and a report when it is of another pipeline or of a stage that does not fit. */
  find(reference: unknown, at: OptionReader, kinds?: readonly StepKind[]): DraftStep | null {
    if (!isReference(reference)) {
      at.report('wrong-reference', `expected the reference of a step, got ${reference === null ? 'null' : typeof reference}`);
      return null;
    }
    const step = this.#byReference.get(reference);
    if (step === undefined) {
      at.report('unknown-reference', `the reference is of another pipeline; pipeline "${this.name}" has ${this.#ids()}`);
      return null;
    }
    if (kinds === undefined || kinds.includes(step.kind)) return step;
    at.report(
      'wrong-reference',
      `expected the reference of a step of kind ${kinds.join(' or ')}, got "${step.id}" of kind ${step.kind}`,
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
