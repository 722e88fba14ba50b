import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readPrebuilt, writePrebuilt } from '../../../src/worker/bundle/prebuilt-bundle.js';
import { bundleOurs, workflowBundle } from '../../../src/worker/bundle/workflow-bundle.js';
import { temporaryFolder } from '../execution-fixtures.js';

const MAP = '\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,';
const ROOT = `${path.resolve(import.meta.dirname, '../../..')}/`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** The code without its map, and the map. */
function parts(bundle: object): {
  readonly text: string;
  readonly map: { readonly sources: string[]; readonly mappings: string };
} {
  const { code } = bundle as { readonly code: string };
  const [text = '', map = ''] = code.split(MAP);
  return { text, map: JSON.parse(Buffer.from(map, 'base64').toString()) as ReturnType<typeof parts>['map'] };
}

describe('the bundle of our workflows that the build leaves behind', () => {
  it('is what a worker runs, and the same as one made now', async () => {
    const kept = await readPrebuilt();
    expect(kept).not.toBeNull();
    expect(await workflowBundle()).toEqual(kept);
    const [before, now] = [parts(kept ?? {}), parts(await bundleOurs())];
    expect(before.text).toBe(now.text);
    expect(before.map.mappings).toBe(now.map.mappings);
  });

  it('names no folder of the machine that made it, and holds no text of the sources', async () => {
    const kept = (await readPrebuilt()) as { readonly code: string };
    const { map } = parts(kept);
    expect(map.sources).toContain('perennial/workflows/index.ts');
    expect(JSON.stringify(map)).not.toContain(ROOT);
    expect(map).not.toHaveProperty('sourcesContent');
  });

  it('is passed over when the installed Temporal is another one, or when there is none', async () => {
    const file = path.join(folder.path, 'bundle.json');
    expect(await readPrebuilt(file, '1.24.0')).toBeNull();
    const map = Buffer.from(JSON.stringify({ sources: [`${ROOT}src/a.ts`], sourcesContent: ['a'] })).toString('base64');
    await writePrebuilt({ code: `run();${MAP}${map}` }, file, '1.24.0');
    expect(parts((await readPrebuilt(file, '1.24.0')) ?? {})).toMatchObject({
      text: 'run();',
      map: { sources: ['perennial/src/a.ts'] },
    });
    expect(await readPrebuilt(file, '1.24.1')).toBeNull();
  });

  it('is not read when it is damaged', async () => {
    const file = path.join(folder.path, 'damaged.json');
    await fs.writeFile(file, '{"temporal": "1.24.0", "co');
    await expect(readPrebuilt(file, '1.24.0')).rejects.toThrow('JSON');
  });
});
