import type { ErrorCode } from '../errors/codes.js';
import { reasonOf } from '../errors/describe-thrown.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import { invalidKey } from './object-key.js';

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'STORE_FULL',
  EDQUOT: 'STORE_FULL',
  EFBIG: 'STORE_FULL',
  EACCES: 'STORE_DENIED',
  EPERM: 'STORE_DENIED',
  EROFS: 'STORE_DENIED',
  ENOTSUP: 'STORE_UNSUPPORTED',
  EOPNOTSUPP: 'STORE_UNSUPPORTED',
  ENOSYS: 'STORE_UNSUPPORTED',
  EXDEV: 'STORE_UNSUPPORTED',
  EMLINK: 'STORE_UNSUPPORTED',
};
const KEY_MEETS_FOLDER = new Set(['EEXIST', 'EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'ENAMETOOLONG']);

/** Code of a system error (`ENOENT`, ...), or null for any other value. */
export function systemCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** There is no such file, or a part of its path is no folder. */
export function isAbsent(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Turns a file-system error met while working on `key` into the store's own. */
export function fileError(error: unknown, action: string, key: string, uri: string): PipelineError {
  if (isPipelineError(error)) return error;
  const system = systemCode(error);
  if (system !== null && KEY_MEETS_FOLDER.has(system))
    return invalidKey(key, [`it or its beginning names something else in ${uri} (${system})`]);
  const known = system === null ? undefined : CODES[system];
  return new PipelineError(isRefusedLink(error) ? 'STORE_UNSUPPORTED' : (known ?? 'STORE_UNREACHABLE'), {
    what: `cannot ${action} "${key}" (${reasonOf(error)})`,
    where: `store ${uri}`,
    details: { key, system },
    cause: error,
  });
}

/** File systems without hard links answer `link` with EPERM. */
function isRefusedLink(error: unknown): boolean {
  return (
    systemCode(error) === 'EPERM' && typeof error === 'object' && error !== null && 'syscall' in error && error.syscall === 'link'
  );
}

export function notFound(key: string, uri: string): PipelineError {
  return new PipelineError('STORE_NOT_FOUND', { what: `there is no object "${key}"`, where: `store ${uri}`, details: { key } });
}

export function tooLarge(key: string, uri: string, maxBytes: number, received: number): PipelineError {
  return new PipelineError('STORE_OBJECT_TOO_LARGE', {
    what: `"${key}" is larger than what may lie there`,
    where: `store ${uri}`,
    expected: `at most ${maxBytes} bytes`,
    received: `${received} bytes`,
    details: { key, bytes: received },
  });
}

export function conflict(key: string, uri: string, why: string): PipelineError {
  return new PipelineError('STORE_CONFLICT', {
    what: `"${key}" was not written: ${why}`,
    where: `store ${uri}`,
    details: { key },
  });
}
