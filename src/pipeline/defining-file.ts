import { fileURLToPath } from 'node:url';

type Caller = (...inputs: never[]) => unknown;

/**
 * Absolute path of the file that called `callee`, or null when the call came from no file (a REPL, `eval`). It is the file that Node
 * loaded: TypeScript under a loader, JavaScript after a build.
 */
export function fileOfCaller(callee: Caller): string | null {
  const usual: unknown = Reflect.get(Error, 'prepareStackTrace');
  try {
    Error.prepareStackTrace = (_, frames) => frames[0]?.getFileName() ?? null;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, callee);
    return pathOf(holder.stack);
  } finally {
    Reflect.set(Error, 'prepareStackTrace', usual);
  }
}

/** A loader may add a query to the address of a module. */
function pathOf(name: unknown): string | null {
  if (typeof name !== 'string') return null;
  if (!name.startsWith('file:')) return name.startsWith('/') || /^[A-Za-z]:\\/.test(name) ? name : null;
  const url = new URL(name);
  url.search = '';
  url.hash = '';
  return fileURLToPath(url);
}
