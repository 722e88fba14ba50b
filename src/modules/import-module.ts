import { createRequire, register } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The folder of this package's own code, which is loaded once. */
const OWN_CODE = new URL('../../', import.meta.url);

/** What every pipeline imports. */
const DOOR = new URL('../index.js', import.meta.url);

let typeScriptReady: Promise<void> | null = null;
let generation = 0;

/** The exports of a file, TypeScript or JavaScript, by its `file:` address; those of a CommonJS file too. Throws what the file throws. */
export async function importModule(address: string): Promise<object> {
  typeScriptReady ??= registerTypeScript();
  await typeScriptReady;
  return exportsOf((await import(address)) as object);
}

/**
 * As `importModule`, of each file as it is on disk now, and so all local modules that they import: those that were loaded before stay as they
 * are for whoever has them. Their memory is not given back.
 */
export async function importAnew(addresses: readonly string[]): Promise<readonly object[]> {
  if (generation === 0) register(new URL('./import-hooks.js', import.meta.url), { data: { ownCode: OWN_CODE.href } });
  generation += 1;
  // Modules of the other kind are kept by their path alone.
  const { cache } = createRequire(import.meta.url);
  for (const file of Object.keys(cache)) if (isLocalFile(file)) Reflect.deleteProperty(cache, file);
  const loaded: object[] = [];
  for (const address of addresses) loaded.push(await importModule(`${address}?generation=${generation}`));
  return loaded;
}

const isLocalFile = (file: string): boolean => !file.includes('/node_modules/') && !file.startsWith(fileURLToPath(OWN_CODE));

/** Both loaders: a file outside a package of `"type": "module"` is CommonJS to Node. */
async function registerTypeScript(): Promise<void> {
  // The door before: each module that comes after is asked for in another thread, which costs as much as loading it.
  const [commonJs, esm] = await Promise.all([import('tsx/cjs/api'), import('tsx/esm/api'), import(DOOR.href)]);
  commonJs.register();
  esm.register();
}

/** The module's own exports; those of a CommonJS file arrive inside `default`. */
function exportsOf(loaded: object): object {
  const inner = 'default' in loaded ? loaded.default : undefined;
  return typeof inner === 'object' && inner !== null && '__esModule' in inner ? inner : loaded;
}

/** `file:line:column` of the first line of an error's stack that is inside the file; the file when there is none. */
export function placeOf(error: unknown, file: string): string {
  const stack = typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack) : '';
  const line = stack.split('\n').find((entry) => entry.includes(file));
  const position = line === undefined ? null : /:(\d+):(\d+)/.exec(line.slice(line.indexOf(file)));
  return position === null ? file : `${file}:${position[1]}:${position[2]}`;
}
