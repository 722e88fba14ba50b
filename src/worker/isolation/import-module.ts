let typeScriptReady: Promise<void> | null = null;

/** The exports of a file, TypeScript or JavaScript, by its `file:` address; those of a CommonJS file too. Throws what the file throws. */
export async function importModule(address: string): Promise<object> {
  typeScriptReady ??= registerTypeScript();
  await typeScriptReady;
  return exportsOf((await import(address)) as object);
}

/** Both loaders: a file outside a package of `"type": "module"` is CommonJS to Node. */
async function registerTypeScript(): Promise<void> {
  const [commonJs, esm] = await Promise.all([import('tsx/cjs/api'), import('tsx/esm/api')]);
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
