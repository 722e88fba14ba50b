import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, parse, resolve, sep } from 'node:path';

/**
 * Absolute paths of the files that a path or glob names, in name order. `*` and `?` stand for characters inside a name, `[...]` and
 * `[!...]` for one of them, `**` for any number of folders. A part that exists under just that name is not read as a glob, and neither
 * is the working directory that a relative path starts at: `x [old]` is a folder.
 */
export async function sourceFiles(path: string): Promise<readonly string[]> {
  const { root } = parse(resolve(path));
  const from = isAbsolute(path) ? root : resolve('.');
  const parts = (isAbsolute(path) ? resolve(path).slice(root.length) : path)
    .split(sep)
    .filter((part) => part !== '' && part !== '.');
  const found = new Set<string>();
  await walk(from, parts, found);
  return [...found].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

async function walk(folder: string, parts: readonly string[], found: Set<string>): Promise<void> {
  const [part, ...rest] = parts;
  if (part === undefined) return;
  const literal = join(folder, part);
  const kind = await kindOf(literal);
  if (kind !== null) {
    if (rest.length > 0) await walk(literal, rest, found);
    else if (kind === 'file') found.add(literal);
    return;
  }
  if (!/[*?[]/.test(part)) return;
  if (part === '**') {
    await walk(folder, rest, found);
    for (const entry of await entriesOf(folder)) if (entry.isDirectory()) await walk(join(folder, entry.name), parts, found);
    return;
  }
  const pattern = patternOf(part);
  for (const entry of await entriesOf(folder)) {
    if (!pattern.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (rest.length > 0) await walk(path, rest, found);
    else if ((await kindOf(path)) === 'file') found.add(path);
  }
}

/** Null when there is nothing of that name. Links count as what they lead to. */
async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** A glob of one name as a regular expression. */
function patternOf(glob: string): RegExp {
  const source = glob.replace(/\[(!?)([^\]]+)\]|[\s\S]/g, (token, not: string | undefined, characters: string | undefined) => {
    if (characters !== undefined) return `[${not === '!' ? '^' : ''}${characters.replace(/[\\\]^]/g, '\\$&')}]`;
    if (token === '*') return '.*';
    if (token === '?') return '.';
    return token.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'su');
}
