import type { ErrorCode } from '../../errors/codes.js';
import { messageOf, reasonOf } from '../../errors/describe-thrown.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import { fileError, systemCode } from '../file-errors.js';

const BY_NAME: Readonly<Record<string, ErrorCode>> = {
  NoSuchKey: 'STORE_NOT_FOUND',
  NotFound: 'STORE_NOT_FOUND',
  NoSuchBucket: 'STORE_BUCKET_MISSING',
  AccessDenied: 'STORE_DENIED',
  Forbidden: 'STORE_DENIED',
  InvalidAccessKeyId: 'STORE_DENIED',
  SignatureDoesNotMatch: 'STORE_DENIED',
  ExpiredToken: 'STORE_CREDENTIALS_EXPIRED',
  ExpiredTokenException: 'STORE_CREDENTIALS_EXPIRED',
  TokenRefreshRequired: 'STORE_CREDENTIALS_EXPIRED',
  RequestExpired: 'STORE_CREDENTIALS_EXPIRED',
  InvalidToken: 'STORE_DENIED',
  PermanentRedirect: 'STORE_REGION_WRONG',
  AuthorizationHeaderMalformed: 'STORE_REGION_WRONG',
  IllegalLocationConstraintException: 'STORE_REGION_WRONG',
  CredentialsProviderError: 'STORE_DENIED',
  QuotaExceeded: 'STORE_FULL',
  XMinioStorageFull: 'STORE_FULL',
  KeyTooLongError: 'STORE_KEY_INVALID',
  NotImplemented: 'STORE_UNSUPPORTED',
};
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  301: 'STORE_REGION_WRONG',
  400: 'STORE_DENIED',
  401: 'STORE_DENIED',
  403: 'STORE_DENIED',
  404: 'STORE_NOT_FOUND',
  501: 'STORE_UNSUPPORTED',
  507: 'STORE_FULL',
};
const LOCAL_FILE_CALLS = new Set(['open', 'read', 'write', 'stat', 'rename', 'mkdir', 'fsync', 'close', 'unlink']);

export interface S3Failure {
  readonly name: string;
  readonly status: number | null;
  /** Tries that the SDK made before it gave up. */
  readonly attempts: number;
}

/** What an error of the AWS SDK says about itself. */
export function s3Failure(error: unknown): S3Failure {
  const name = typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
  const metadata = typeof error === 'object' && error !== null && '$metadata' in error ? error.$metadata : null;
  if (typeof metadata !== 'object' || metadata === null) return { name, status: null, attempts: 1 };
  const status = 'httpStatusCode' in metadata && typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null;
  const attempts = 'attempts' in metadata && typeof metadata.attempts === 'number' ? metadata.attempts : 1;
  return { name, status, attempts };
}

/** Refused by an answer that has no room for a reason, as those to HEAD. */
export function isUnexplained({ name, status }: S3Failure): boolean {
  return (status === 301 || status === 400 || status === 403) && (BY_NAME[name] === undefined || name === 'Forbidden');
}

/** The region that the service names as the right one. */
function regionIn(error: unknown): string | null {
  const said = /expecting '([a-z0-9-]+)'/.exec(messageOf(error))?.[1] ?? null;
  if (said !== null || typeof error !== 'object' || error === null) return said;
  const response = '$response' in error ? error.$response : null;
  const headers = typeof response === 'object' && response !== null && 'headers' in response ? response.headers : null;
  const region =
    typeof headers === 'object' && headers !== null ? (headers as { [name: string]: unknown })['x-amz-bucket-region'] : null;
  return typeof region === 'string' ? region : null;
}

/** Turns an error of the AWS SDK, or of the local file it streams, into the store's own. */
export function s3Error(error: unknown, action: string, key: string, uri: string): PipelineError {
  if (isPipelineError(error)) return error;
  if (isLocalFileError(error)) return fileError(error, action, key, uri);
  const failure = s3Failure(error);
  const code = BY_NAME[failure.name] ?? (failure.status === null ? undefined : BY_STATUS[failure.status]) ?? 'STORE_UNREACHABLE';
  const status = failure.status === null ? '' : `, HTTP ${failure.status}`;
  const region = code === 'STORE_REGION_WRONG' ? regionIn(error) : null;
  return new PipelineError(code, {
    ...(region === null ? {} : { cure: `Set AWS_REGION=${region}.` }),
    what: `cannot ${action} "${key}" (${failure.name}${status}: ${reasonOf(error)})`,
    where: `store ${uri}`,
    details: { key, name: failure.name, status: failure.status },
    cause: error,
  });
}

function isLocalFileError(error: unknown): boolean {
  if (systemCode(error) === null || typeof error !== 'object' || error === null || !('syscall' in error)) return false;
  return typeof error.syscall === 'string' && LOCAL_FILE_CALLS.has(error.syscall) && 'path' in error;
}
