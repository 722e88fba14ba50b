// npm run verify: everything that CI runs, in CI's order.
import { ensureInstalled, runOrExit } from './install.mjs';

await ensureInstalled();
const node = process.execPath;
const gates = [
  // First: the examples import the package by its name, so linter and type-check read the build.
  ['Build', 'scripts/build.mjs', []],
  ['Format', 'node_modules/prettier/bin/prettier.cjs', ['--check', '.', '--log-level', 'warn']],
  ['Lint', 'node_modules/eslint/bin/eslint.js', ['.', '--max-warnings', '0']],
  ['Types, with the wrong pipelines that must not compile', 'node_modules/typescript7/bin/tsc', ['-p', 'tsconfig.json']],
  [
    'Arrows between folders',
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    ['src', 'workflows', 'activities', 'examples'],
  ],
  ['Unused files, exports and dependencies', 'node_modules/knip/bin/knip.js', []],
  ['Package: publint', 'node_modules/publint/src/cli.js', ['--strict']],
  ['Package: types of every door', 'node_modules/@arethetypeswrong/cli/dist/index.js', ['--pack', '.', '--profile', 'esm-only']],
];
for (const [title, script, parameters] of gates) runOrExit(title, node, [script, ...parameters]);
runOrExit('Tests (npm test)', 'npm', ['test', '--silent']);
