import path from 'node:path';
import { PipelineError } from '../errors/pipeline-error.js';

/** The problem of a name that must be a path below a folder; null when valid. */
export function problemOfName(name: string): string | null {
  if (name.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return 'leaves its folder or has an empty part';
  if (/\p{Control}/u.test(name)) return 'has a control character';
  return path.sep === '/' || !/[\\:]/.test(name) ? null : 'has a backslash or a colon';
}

/**
 * Path of a file below a folder whose name somebody else wrote: in a manifest, a checkpoint, an index.
 * @throws PipelineError `STORE_RECORD_CORRUPT` naming `record` when the name would lead out of the folder.
 */
export function pathInside(folder: string, name: string, record: string): string {
  const problem = typeof name === 'string' ? problemOfName(name) : 'is no text';
  if (problem === null) return path.join(folder, name);
  throw new PipelineError('STORE_RECORD_CORRUPT', {
    what: `the name ${JSON.stringify(name)} ${problem}`,
    where: record,
    details: { record, name },
  });
}
