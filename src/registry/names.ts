import { PipelineError } from '../errors/pipeline-error.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** @throws PipelineError `REGISTRY_NAME_INVALID` */
export function checkName(what: 'model' | 'endpoint' | 'replica', name: string): void {
  if (!NAME.test(name))
    throw new PipelineError('REGISTRY_NAME_INVALID', { what: `${what} name ${JSON.stringify(name)} is not allowed` });
}
