import fs from 'node:fs/promises';
import path from 'node:path';
import type { JsonObject } from '../../contracts/json.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { checkParameters } from '../../schema/validate-parameters.js';

/** `output/result.json`, known to fit the declared fields. @throws PipelineError `COMMAND_RESULT_INVALID` with every bad field. */
export async function readResult(schema: JsonObject, output: string, where: string): Promise<JsonObject> {
  const problem = (what: string): PipelineError => new PipelineError('COMMAND_RESULT_INVALID', { what, where });
  const text = await fs.readFile(path.join(output, 'result.json'), 'utf8').catch((error: unknown) => {
    throw problem(`the program left no output/result.json (${reasonOf(error)})`);
  });
  const { problems, value } = checkParameters(schema, parse(text, problem));
  if (problems.length === 0) return value;
  throw problem(
    problems
      .map(({ path: at, expected, received }) => `output/result.json, ${at}: expected ${expected}, got ${received}`)
      .join('; '),
  );
}

function parse(text: string, problem: (what: string) => PipelineError): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw problem(`output/result.json is not JSON: ${reasonOf(error)}`);
  }
}
