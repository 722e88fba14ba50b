import os from 'node:os';
import path from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Folder for what is fetched once per machine: `PERENNIAL_CACHE`, else `$XDG_CACHE_HOME/perennial`, else `~/.cache/perennial`. */
export function cacheFolder(env: Environment): string {
  const own = env['PERENNIAL_CACHE'];
  if (own !== undefined && own !== '') return path.resolve(own);
  const shared = env['XDG_CACHE_HOME'];
  if (shared !== undefined && path.isAbsolute(shared)) return path.join(shared, 'perennial');
  const home = env['HOME'] ?? env['USERPROFILE'] ?? os.homedir();
  return path.join(home, '.cache', 'perennial');
}
