import { fail, ok } from './check.js';
import type { Check } from './check.js';

const OLDEST = [20, 19] as const;

export const nodeVersion: Check = { name: 'Node.js', run: () => Promise.resolve(judgeNodeVersion(process.versions.node)) };

/** Node must be at least 20.19: the first 20.x that can `require` ES modules. */
export function judgeNodeVersion(version: string): ReturnType<typeof ok> {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return enough ? ok(version) : fail(`${version}, needs >= ${OLDEST.join('.')}`, 'nvm install 20 && nvm use 20');
}
