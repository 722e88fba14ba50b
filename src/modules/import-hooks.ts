// Hooks for the loader of modules: the imports of a reloaded module are reloaded too, except packages.
import type { ResolveHook } from 'node:module';

/** In the address of a reloaded module: how many times it was loaded again. */
const GENERATION = /[?&]generation=\d+/;

let ownCode = '';

/** Tells where the code of this package is. */
export function initialize(data: { readonly ownCode: string }): void {
  ({ ownCode } = data);
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context);
  const { url } = resolved;
  const [generation] = GENERATION.exec(specifier) ?? GENERATION.exec(context.parentURL ?? '') ?? [];
  if (generation === undefined || GENERATION.test(url) || !isLocal(url)) return resolved;
  return { ...resolved, url: `${url}${url.includes('?') ? '&' : '?'}${generation.slice(1)}` };
};

const isLocal = (url: string): boolean => url.startsWith('file:') && !url.includes('/node_modules/') && !url.startsWith(ownCode);
