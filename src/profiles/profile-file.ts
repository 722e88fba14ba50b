import { PipelineError } from '../errors/pipeline-error.js';
import { parseJson } from '../store/json/parse-json.js';
import type { Profile } from './profile.js';
import { PROFILE_VERSION } from './profile.js';

/** Reads `profile.json`. MONITOR_PROFILE_OUTDATED when another version wrote it, MONITOR_PROFILE_MISMATCH when the bytes are not a profile. */
export function parseProfile(bytes: Uint8Array, where: string): Profile {
  const value = parseJson(bytes, where);
  if (isProfile(value)) {
    if (value.formatVersion === PROFILE_VERSION) return value as Profile;
    throw new PipelineError('MONITOR_PROFILE_OUTDATED', {
      what: 'the profile was written by another version and cannot be compared with those of this one',
      where,
      expected: `formatVersion ${PROFILE_VERSION}`,
      received: typeof value.formatVersion === 'number' ? String(value.formatVersion) : 'none',
    });
  }
  throw new PipelineError('MONITOR_PROFILE_MISMATCH', {
    what: 'profile.json is not a profile',
    where,
    expected: '{ rows, columns }',
  });
}

function isProfile(value: unknown): value is Omit<Profile, 'formatVersion'> & { readonly formatVersion?: unknown } {
  if (typeof value !== 'object' || value === null || !('rows' in value) || !('columns' in value)) return false;
  const { columns } = value;
  const typed = (column: unknown): boolean =>
    typeof column === 'object' &&
    column !== null &&
    'type' in column &&
    (column.type === 'numeric' || column.type === 'category');
  return typeof columns === 'object' && columns !== null && Object.values(columns).every(typed);
}
