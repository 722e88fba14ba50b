import type { PlanStep } from '../contracts/plan.js';
import { reasonOf } from '../errors/describe-thrown.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { sha256Hex } from '../store/hash.js';
import { canonicalJson } from '../store/canonical-json.js';
import { OWN_VERSION } from './package-version.js';
import { sharedCode, type StepCode } from './shared-code.js';
import { functionHash } from './syntax-hash.js';

/** Hashes of the code of a pipeline's steps, as it was when this was asked for first. */
export interface PipelineCode {
  /** `function`, `file <path>`, `module <path>` and `package <name>` of a step of your own; `perennial` alone of a stage. */
  stepCode(step: Pick<PlanStep, 'id' | 'kind'>): StepCode;
}

/** What the code of a pipeline is read from. */
export type CodeSource = Pick<Pipeline, 'functions' | 'sources' | 'file'>;

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
  // Whoever needs it gets the error; until then it is not unhandled.
  code.catch(() => undefined);
  return code;
}

/** One hash over all parts of a step's code. */
export const codeHash = (code: StepCode): string => sha256Hex(canonicalJson(code));

async function readCode(pipeline: CodeSource): Promise<PipelineCode> {
  const { functions, sources, file } = pipeline;
  const shared = functions.size > 0 && typeof file === 'string' ? await readable(file, () => sharedCode(file)) : {};
  const hashes = new Map([...functions].map(([id, run]) => [id, functionHash(sources?.get(id) ?? run.toString())]));
  return {
    stepCode: ({ id }) => {
      const hash = hashes.get(id);
      return hash === undefined ? { perennial: OWN_VERSION } : { function: hash, ...shared };
    },
  };
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
