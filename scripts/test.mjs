// npm test: installs what is missing, builds, runs every test level and closes with the slowest files, the failed tests and
// "N passed, N failed[, N skipped]".
// Arguments are passed on to Jest: npm test -- test/unit/store
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { build, ensureInstalled, root } from './install.mjs';

await ensureInstalled();
build();

/** Of two cores: an integration test waits for servers and timers a third of its time. */
const FILES_AT_ONCE = 3;

const folder = mkdtempSync(join(tmpdir(), 'perennial-test-'));
const report = join(folder, 'report.json');
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    'node_modules/jest/bin/jest.js',
    `--maxWorkers=${FILES_AT_ONCE}`,
    '--json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);

const SHOWN = 40;

/** The files that take longest, then what failed: the log of a long run is often cut in its middle. */
function summarize(files) {
  const seconds = ({ startTime, endTime }) => Math.round((endTime - startTime) / 1000);
  const slowest = files.toSorted((one, other) => seconds(other) - seconds(one)).slice(0, SHOWN);
  const levels = new Map();
  for (const file of files) {
    const level = relative(join(root, 'test'), file.name).split(sep)[0];
    levels.set(level, (levels.get(level) ?? 0) + seconds(file));
  }
  const failed = files.flatMap(({ name, status, assertionResults }) =>
    status === 'passed'
      ? []
      : [
          relative(root, name),
          ...assertionResults.filter((test) => test.status === 'failed').map((test) => `  ${test.fullName}`),
        ],
  );
  const lines = slowest.map((file) => `${String(seconds(file)).padStart(6)} s  ${relative(root, file.name)}`);
  const sums = [...levels].map(([level, sum]) => `${level} ${sum} s`);
  console.log(
    [
      `all files of a level: ${sums.join(', ')}`,
      'slowest files:',
      ...lines,
      ...(failed.length === 0 ? [] : ['failed:', ...failed]),
    ].join('\n'),
  );
}

let closing = '0 passed, 1 failed';
try {
  const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  if (testResults.length > 1) summarize(testResults);
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  closing = `${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`;
} catch (error) {
  console.error(`Jest wrote no report: ${error.message}`);
}
rmSync(folder, { recursive: true, force: true });
console.log(closing);
process.exit(status ?? 1);
