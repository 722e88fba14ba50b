// npm run verify: everything that CI runs. The gates share two cores; all of them end before the tests begin, and all that fail are told.
import { ensureInstalled, runAside, runOrExit } from './install.mjs';

await ensureInstalled();
const node = process.execPath;
// First: the examples import the package by its name, so linter and type-check read the build.
runOrExit('Build', node, ['scripts/build.mjs']);

const LANES = [
  [['Lint', 'node_modules/eslint/bin/eslint.js', ['.', '--max-warnings', '0']]],
  [
    ['Format', 'node_modules/prettier/bin/prettier.cjs', ['--check', '.', '--log-level', 'warn']],
    ['Types, with the wrong pipelines that must not compile', 'node_modules/typescript7/bin/tsc', ['-p', 'tsconfig.json']],
    [
      'Arrows between folders',
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      ['src', 'workflows', 'activities', 'examples'],
    ],
    ['Unused files, exports and dependencies', 'node_modules/knip/bin/knip.js', []],
    ['Package: publint', 'node_modules/publint/src/cli.js', ['--strict']],
    [
      'Package: types of every door',
      'node_modules/@arethetypeswrong/cli/dist/index.js',
      ['--pack', '.', '--profile', 'esm-only'],
    ],
  ],
];

const failed = [];
await Promise.all(
  LANES.map(async (gates) => {
    for (const [title, script, parameters] of gates) {
      const { passed, output, seconds } = await runAside(node, [script, ...parameters]);
      console.log(`\n> ${title}: ${passed ? 'passed' : 'FAILED'} in ${seconds} s\n${output}`.trimEnd());
      if (!passed) failed.push(title);
    }
  }),
);
if (failed.length > 0) {
  console.error(`\nfailed: ${failed.join('; ')}`);
  process.exit(1);
}
runOrExit('Tests (npm test)', 'npm', ['test', '--silent']);
