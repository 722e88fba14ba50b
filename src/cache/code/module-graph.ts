import fs from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { type KnownManifests, packageVersion } from './package-version.js';
import { PACKAGE_NAME } from '../../contracts/package-name.js';

export interface ModuleGraph {
  /** Absolute paths of the local modules that the files import, directly or not, themselves left out. */
  readonly modules: readonly string[];
  /** Packages that any of them imports, by name: the version that is installed, or `not found`. */
  readonly packages: { readonly [name: string]: string };
  /** Paths of the manifests of these and of all packages below them, and where one was looked for in vain. */
  readonly manifests: readonly string[];
}

/** This package's own code, built or as it was written: it counts by its version. */
const OWN_CODE = ['dist', 'src', 'workflows', 'activities'].map((folder) =>
  fileURLToPath(new URL(`../../../../${folder}/`, import.meta.url)),
);
const BUILT_IN = new Set(builtinModules);

/**
 * What files import. They are bundled in memory, so that the paths of a tsconfig count as Node sees them. Packages are left outside, except for
 * those of the same workspace: they change without a new version.
 */
export async function moduleGraph(files: readonly string[]): Promise<ModuleGraph> {
  const root = path.dirname(files[0] ?? '.');
  const { metafile } = await build({
    entryPoints: [...files],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'esnext',
    logLevel: 'silent',
    conditions: [],
    outdir: path.join(root, 'unused'),
    plugins: [leaveOwnCodeOutside, leavePackagesOutside],
    // A module of another kind, such as a native addon or a text, counts by its bytes.
    loader: { '.node': 'file', '.sql': 'text', '.txt': 'text', '.md': 'text', '.html': 'text', '.yaml': 'text', '.yml': 'text' },
  });
  const modules: string[] = [];
  const packages = new Map<string, string>();
  const manifests: KnownManifests = new Map();
  for (const [name, input] of Object.entries(metafile.inputs)) {
    const absolute = path.resolve(root, name);
    if (!files.includes(absolute) && (await isFile(absolute))) modules.push(absolute);
    for (const imported of input.imports) {
      const found = imported.external === true ? packageName(imported.path) : null;
      if (found === null || packages.has(found)) continue;
      packages.set(found, await packageVersion(found, path.dirname(absolute), manifests));
    }
  }
  return {
    modules: modules.sort(),
    packages: Object.fromEntries([...packages].sort(([left], [right]) => (left < right ? -1 : 1))),
    manifests: [...manifests.keys()],
  };
}

/** A file inside this package, imported by path as its own tests do, is no module of the user. */
const leaveOwnCodeOutside: Plugin = {
  name: 'own-code',
  setup: (bundling) => {
    bundling.onResolve({ filter: /^\.{1,2}\// }, ({ path: name, resolveDir }) =>
      OWN_CODE.some((folder) => path.resolve(resolveDir, name).startsWith(folder))
        ? { path: PACKAGE_NAME, external: true }
        : null,
    );
  },
};

/** Says to the plugin below that it asks itself. */
const ASKED = Symbol('asked');

/** A package that lies in no `node_modules` in truth is one of the workspace, linked there: its files count like the user's own. */
const leavePackagesOutside: Plugin = {
  name: 'packages',
  setup: (bundling) => {
    bundling.onResolve({ filter: /^[^./\\]/ }, async ({ path: name, pluginData, ...from }) => {
      if (pluginData === ASKED || from.kind === 'entry-point') return null;
      if (packageName(name) === null || packageName(name) === PACKAGE_NAME) return { path: name, external: true };
      const { kind, importer, resolveDir } = from;
      const found = await bundling.resolve(name, { kind, importer, resolveDir, pluginData: ASKED });
      const isLocal = found.errors.length === 0 && !found.external && !/[\\/]node_modules[\\/]/.test(found.path);
      return isLocal ? { path: found.path } : { path: name, external: true };
    });
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
