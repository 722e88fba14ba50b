import { expect, it } from '@jest/globals';
import { runInProcess } from '../../../src/testing/index.js';
import { temporaryFolder } from '../execution-fixtures.js';
import { wide, wideResults } from '../runs/wide-fixtures.js';

/** 6 MB of results, of which a run carries 1 MiB: more of them differ in nothing. */
const COUNT = 200;

it('hundreds of results of 31 KB are carried, taken whole by one step, and decided by', async () => {
  const folder = await temporaryFolder();
  try {
    const { status, results } = await runInProcess(wide('wide', COUNT), {}, { store: folder.path });
    expect(status).toBe('succeeded');
    expect(results).toMatchObject(wideResults(COUNT));
    expect(results[`large-${COUNT - 1}`]).toMatchObject({ n: COUNT - 1, body: { score: COUNT - 1 } });
  } finally {
    await folder.remove();
  }
});
