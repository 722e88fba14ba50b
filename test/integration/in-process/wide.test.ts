import { expect, it } from '@jest/globals';
import { runInProcess } from '../../../src/testing/index.js';
import { temporaryFolder } from '../execution-fixtures.js';
import { wide, wideResults } from '../wide-fixtures.js';

it('1,000 results of 31 KB are carried, taken whole by one step, and decided by', async () => {
  const folder = await temporaryFolder();
  try {
    const { status, results } = await runInProcess(wide('wide', 1_000), {}, { store: folder.path });
    expect(status).toBe('succeeded');
    expect(results).toMatchObject(wideResults(1_000));
    expect(results['large-999']).toMatchObject({ n: 999, body: { score: 999 } });
  } finally {
    await folder.remove();
  }
});
