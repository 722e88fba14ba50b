import fs from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { packageVersion } from './package-version.js';

export interface ModuleGraph {
  /** Absolute paths of the local modules that a file imports, directly or not, itself left out. */
  readonly modules: readonly string[];
  /** Packages that any of them imports, by name: the version that is installed, or `not found`. */
  readonly packages: { readonly [name: string]: string };
  /** By package, the folder of the module that imports it. */
  readonly importers: ReadonlyMap<string, string>;
}

/** The folder of this package's own code: it counts by its version. */
const OWN_CODE = fileURLToPath(new URL('../', import.meta.url));
const BUILT_IN = new Set(builtinModules);

/** What a file imports. The file is bundled in memory, packages left outside, so that the paths of a tsconfig count as Node sees them. */
export async function moduleGraph(file: string): Promise<ModuleGraph> {
  const root = path.dirname(file);
  const { metafile } = await build({
    ...{ entryPoints: [file], absWorkingDir: root, bundle: true, write: false, metafile: true },
    ...{ packages: 'external', platform: 'node', format: 'esm', target: 'esnext', logLevel: 'silent' },
    outdir: path.join(root, 'unused'),
    plugins: [leaveOwnCodeOutside],
    // A module of another kind, such as a native addon or a text, counts by its bytes.
    loader: { '.node': 'file', '.sql': 'text', '.txt': 'text', '.md': 'text', '.html': 'text', '.yaml': 'text', '.yml': 'text' },
  });
  const modules: string[] = [];
  const packages = new Map<string, string>();
  const importers = new Map<string, string>();
  for (const [name, input] of Object.entries(metafile.inputs)) {
    const absolute = path.resolve(root, name);
    if (absolute !== file && (await isFile(absolute))) modules.push(absolute);
    for (const imported of input.imports) {
      const found = imported.external === true ? packageName(imported.path) : null;
      if (found === null || packages.has(found)) continue;
      importers.set(found, path.dirname(absolute));
      packages.set(found, await packageVersion(found, path.dirname(absolute)));
    }
  }
  return {
    modules: modules.sort(),
    packages: Object.fromEntries([...packages].sort(([left], [right]) => (left < right ? -1 : 1))),
    importers,
  };
}

/** A file inside this package, imported by path as its own tests do, is no module of the user. */
const leaveOwnCodeOutside: Plugin = {
  name: 'own-code',
  setup: (bundling) => {
    bundling.onResolve({ filter: /^\.{1,2}\// }, ({ path: name, resolveDir }) =>
      path.resolve(resolveDir, name).startsWith(OWN_CODE) ? { path: 'perennial', external: true } : null,
    );
  },
};

/** The package of an import, or null for a part of Node. */
function packageName(imported: string): string | null {
  if (imported.startsWith('node:') || imported.startsWith('.') || path.isAbsolute(imported)) return null;
  const [first = '', second = ''] = imported.split('/');
  if (BUILT_IN.has(first)) return null;
  return first.startsWith('@') ? `${first}/${second}` : first;
}

async function isFile(file: string): Promise<boolean> {
  const status = await fs.stat(file).catch(() => null);
  return status?.isFile() === true;
}
