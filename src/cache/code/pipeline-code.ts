import { types } from 'node:util';
import type { PlanStep } from '../../contracts/plan.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { everyStep } from '../../pipeline/plan/every-step.js';
import { parametersRead } from '../../pipeline/captures/parameters-read.js';
import { sha256Hex } from '../../store/hash.js';
import { canonicalJson } from '../../store/json/canonical-json.js';
import { OWN_VERSION } from './package-version.js';
import { capturedCode } from './captured-code.js';
import { kindCode } from './kind-code.js';
import { type SharedCode, sharedCode, type StepCode } from './shared-code.js';
import { functionHash } from './syntax-hash.js';

/** Hashes of the code of a pipeline's steps, as it was when this was asked for first. */
export interface PipelineCode {
  /**
   * `function`, `captured <variable>`, `file <path>`, `module <path>`, `package <name>` and `variable <name>` of the environment of a step of
   * your own; `perennial` of a stage, with `kind <member> <name>` and the files around the definition when it uses kinds that are not built in.
   */
  stepCode(step: Pick<PlanStep, 'id' | 'kind'>): StepCode;
  /** As `stepCode`, for a result that is kept. @throws PipelineError `CACHE_CODE_UNREADABLE` when there is more to the code than can be seen. */
  cachedCode(step: Pick<PlanStep, 'id' | 'kind' | 'cache'>): StepCode;
  /** Names of the parameters that the function of a step can read; null: any, or it has none. */
  parametersRead(step: string): readonly string[] | null;
  /** Whether the files of that code are still as they were: else a step may have run another code. */
  isUnchanged(): boolean;
}

/** What the code of a pipeline is read from. */
export type CodeSource = Pick<Pipeline, 'functions' | 'bodies' | 'file' | 'callers' | 'plan'>;

const known = new WeakMap<CodeSource, Promise<PipelineCode>>();

/**
 * The code of a pipeline's steps. Read once for each pipeline of this process: ask when the pipeline has just been loaded, so that the
 * files on disk are those that run. A pipeline that was defined in no file counts by the text of its functions alone.
 */
export function pipelineCode(pipeline: CodeSource): Promise<PipelineCode> {
  const found = known.get(pipeline);
  if (found !== undefined) return found;
  const code = readCode(pipeline);
  known.set(pipeline, code);
  // Callers get the error; until then it must not count as unhandled.
  code.catch(() => undefined);
  return code;
}

/** One hash over all parts of a step's code. */
export const codeHash = (code: StepCode): string => sha256Hex(canonicalJson(code));

/** Parts of a step's code that belong to the machine, not to the files. */
const OF_THE_MACHINE = /^(variable|package) /;

/** One hash over the files that the code of a pipeline's steps is written in. CACHE_CODE_UNREADABLE. */
export async function wholeCodeHash(pipeline: CodeSource): Promise<string> {
  const code = await pipelineCode(pipeline);
  const written = (step: PlanStep): StepCode =>
    Object.fromEntries(Object.entries(code.stepCode(step)).filter(([part]) => !OF_THE_MACHINE.test(part)));
  return sha256Hex(canonicalJson(everyStep(pipeline.plan.steps).map((step) => [step.id, codeHash(written(step))])));
}

async function readCode(pipeline: CodeSource): Promise<PipelineCode> {
  const { functions, bodies = functions } = pipeline;
  const captured = capturedCode(pipeline);
  const kinds = await kindCode(pipeline.plan);
  const shared = await sharedBy(pipeline, {
    files: [...captured.files, ...kinds.files],
    isNeeded: functions.size > 0 || kinds.steps.size > 0,
  });
  const hashes = new Map([...functions.keys()].map((id) => [id, functionHash(String(bodies.get(id)))]));
  const stepCode = ({ id }: Pick<PlanStep, 'id'>): StepCode => {
    const hash = hashes.get(id);
    if (hash === undefined) {
      const parts = kinds.steps.get(id);
      return parts === undefined ? { perennial: OWN_VERSION } : { perennial: OWN_VERSION, ...parts, ...shared.code };
    }
    return { function: hash, ...captured.steps.get(id)?.parts, ...shared.code };
  };
  const read = new Map<string, readonly string[] | null>();
  return {
    stepCode,
    parametersRead: (id) => {
      const body = bodies.get(id);
      // The text of a bound function, or of a wrapper, says nothing about its code.
      const names = read.has(id) ? read.get(id) : body === undefined || types.isProxy(body) ? null : parametersRead(String(body));
      read.set(id, names ?? null);
      return names ?? null;
    },
    isUnchanged: shared.isUnchanged,
    cachedCode: (step) => {
      const unseen =
        captured.steps.get(step.id)?.unseen ?? (hashes.has(step.id) || kinds.steps.has(step.id) ? shared.unseen : null);
      // A declared version also stands for the code that cannot be seen.
      if (unseen === null || (step.cache?.version ?? null) !== null) return stepCode(step);
      throw new PipelineError('CACHE_CODE_UNREADABLE', { what: unseen, where: `step "${step.id}"` });
    },
  };
}

async function sharedBy(
  { file, callers = [] }: CodeSource,
  { files, isNeeded }: { readonly files: readonly string[]; readonly isNeeded: boolean },
): Promise<SharedCode> {
  if (!isNeeded || typeof file !== 'string') return { code: {}, unseen: null, isUnchanged: () => true };
  return readable(file, () => sharedCode({ defining: [file, ...callers], others: [...new Set(files)] }));
}

async function readable<Code>(file: string, read: () => Promise<Code>): Promise<Code> {
  try {
    return await read();
  } catch (error) {
    throw new PipelineError('CACHE_CODE_UNREADABLE', {
      what: `the code of the steps cannot be read: ${reasonOf(error)}`,
      where: file,
      cause: error,
    });
  }
}
