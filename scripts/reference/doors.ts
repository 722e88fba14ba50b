import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** One page of the reference: a door of the package, a namespace of the main door, or the builder. */
export interface Page {
  /** File name without its ending, such as `check`. */
  readonly name: string;
  /** How a reader gets at it: an import line. */
  readonly imported: string;
  /** Its docstring: of the catalogue's or the door's file, or of the builder. */
  readonly about: string;
  readonly symbols: readonly ts.Symbol[];
}

export interface Doors {
  readonly checker: ts.TypeChecker;
  readonly pages: readonly Page[];
}

const BUILDER = 'PipelineBuilder';

/**
 * Lists what the doors of `package.json` export. Reads the declarations of the build, a sixth of the sources, which keep the docstrings; types
 * of other packages are left alone.
 */
export function readDoors(root: string): Doors {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    readonly exports: { readonly [door: string]: string | { readonly types: string } };
  };
  const doors = Object.entries(exports).flatMap(([door, target]) =>
    typeof target === 'string' ? [] : [{ door, file: path.join(root, target.types) }],
  );
  const program = parse(doors.map(({ file }) => file));
  const checker = program.getTypeChecker();
  const pages = doors.flatMap(({ door, file }) => {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (source === undefined || module === undefined) throw new Error(`${file} exports nothing`);
    return pagesOf(checker, door, source, checker.getExportsOfModule(module));
  });
  return { checker, pages };
}

function pagesOf(checker: ts.TypeChecker, door: string, source: ts.SourceFile, exported: readonly ts.Symbol[]): readonly Page[] {
  const address = `perennial-ml${door.slice(1)}`;
  const namespaces: Page[] = [];
  const own: ts.Symbol[] = [];
  for (const symbol of exported) {
    const target = targetOf(checker, symbol);
    const file = target.declarations?.find(ts.isSourceFile);
    if (file !== undefined)
      namespaces.push({
        name: symbol.name,
        imported: `import { ${symbol.name} } from '${address}';`,
        about: fileDocstring(file),
        symbols: checker.getExportsOfModule(target),
      });
    else if (symbol.name === BUILDER)
      namespaces.push({
        name: 'p',
        imported: `import { definePipeline } from '${address}';`,
        about: docstringOf(checker, symbol),
        symbols: membersOf(checker, symbol).filter(({ flags }) => (flags & ts.SymbolFlags.TypeParameter) === 0),
      });
    else own.push(symbol);
  }
  const name = door === '.' ? 'authoring' : door.slice(2);
  const page = { name, imported: `import { ... } from '${address}';`, about: fileDocstring(source), symbols: own };
  return [page, ...namespaces];
}

/** What an exported name stands for, through any number of re-exports. */
export function targetOf(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

/** The docstring of an exported name. */
export function docstringOf(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  return ts.displayPartsToString(targetOf(checker, symbol).getDocumentationComment(checker));
}

const membersOf = (checker: ts.TypeChecker, symbol: ts.Symbol): readonly ts.Symbol[] => [
  ...(targetOf(checker, symbol).members?.values() ?? []),
];

/** The docstring at the head of a file that only exports from others. */
function fileDocstring(file: ts.SourceFile): string {
  const head = /^\s*\/\*\*([^]*?)\*\//.exec(file.text)?.[1] ?? '';
  return head
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join(' ')
    .trim();
}

function parse(roots: readonly string[]): ts.Program {
  const options: ts.CompilerOptions = { module: ts.ModuleKind.NodeNext, lib: ['lib.es5.d.ts'], types: [], strict: true };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => ({
      resolvedModule: text.startsWith('.') ? declarationOf(path.resolve(from, '..', text)) : undefined,
    }));
  return ts.createProgram([...roots], options, host);
}

function declarationOf(imported: string): ts.ResolvedModuleFull | undefined {
  const resolvedFileName = imported.replace(/\.js$/, '.d.ts');
  if (!existsSync(resolvedFileName)) return undefined;
  return { resolvedFileName, extension: ts.Extension.Dts, isExternalLibraryImport: false };
}
