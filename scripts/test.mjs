// npm test: installs what is missing, builds, runs every test level and closes with "N passed, N failed[, N skipped]".
// Arguments are passed on to Jest: npm test -- test/unit/store
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, ensureInstalled, root } from './install.mjs';

await ensureInstalled();
build();

const folder = mkdtempSync(join(tmpdir(), 'perennial-test-'));
const report = join(folder, 'report.json');
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    'node_modules/jest/bin/jest.js',
    '--maxWorkers=2',
    '--json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);

let closing = '0 passed, 1 failed';
try {
  const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  closing = `${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`;
} catch (error) {
  console.error(`Jest wrote no report: ${error.message}`);
}
rmSync(folder, { recursive: true, force: true });
console.log(closing);
process.exit(status ?? 1);
