import { fileURLToPath } from 'node:url';

type Caller = (...inputs: never[]) => unknown;

/** The folder of this package's own code. */
const OWN_CODE = fileURLToPath(new URL('../', import.meta.url));
/** More calls than this are not looked at. */
const DEEPEST_STACK = 200;

/**
 * Absolute paths of the files whose code called `callee`, the nearest first: the file itself and, when a factory elsewhere was asked, those
 * that asked it. Empty when the call came from no file (a REPL, `eval`). They are files that Node loaded: TypeScript under a loader,
 * JavaScript after a build. Packages are left out where a file of the user calls them, and so is whoever only loads the file that calls.
 */
export function filesOfCallers(callee: Caller): string[] {
  const usual: unknown = Reflect.get(Error, 'prepareStackTrace');
  const usualDepth = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = DEEPEST_STACK;
    Error.prepareStackTrace = (_, frames) => frames.map((frame) => frame.getFileName());
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, callee);
    const names = holder.stack as (string | null | undefined)[];
    const loader = names.findIndex((name) => name?.startsWith('node:internal/modules') === true);
    const files = (loader === -1 ? names : names.slice(0, loader)).map((name) => pathOf(name));
    const found = [...new Set(files.filter((file): file is string => file !== null && !file.startsWith(OWN_CODE)))];
    const own = found.filter(isOfUser);
    return own.length > 0 ? own : found.slice(0, 1);
  } finally {
    Error.stackTraceLimit = usualDepth;
    Reflect.set(Error, 'prepareStackTrace', usual);
  }
}

/** Whether a file is part of what the user writes, not of a package. */
export const isOfUser = (file: string): boolean => !/[\\/]node_modules[\\/]/.test(file) && !file.startsWith(OWN_CODE);

/** Path of the address of a module, or null when it is none of a file. A loader may add a query to it. */
export function pathOf(name: string | null | undefined): string | null {
  if (name === null || name === undefined) return null;
  if (!name.startsWith('file:')) return name.startsWith('/') || /^[A-Za-z]:\\/.test(name) ? name : null;
  const url = new URL(name);
  url.search = '';
  url.hash = '';
  return fileURLToPath(url);
}
