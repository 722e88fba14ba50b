import { readFileSync } from 'node:fs';
import { PACKAGE_NAME } from '../contracts/package-name.js';

/** Version of this package: from the nearest package.json above this file that is ours. */
export function serverVersion(): string {
  for (let url = new URL('package.json', import.meta.url); ; url = new URL('../package.json', url)) {
    try {
      const { name, version } = JSON.parse(readFileSync(url, 'utf8')) as { readonly name?: string; readonly version?: string };
      if (name === PACKAGE_NAME && version !== undefined) return version;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'ENOENT') throw error;
    }
    if (url.pathname === '/package.json') return 'unknown';
  }
}
