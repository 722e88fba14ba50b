import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { runCli } from '../../../src/cli/program.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';

const folder = await mkdtemp(join(tmpdir(), 'perennial-artifacts-'));
const store = join(folder, 'store');
const artifacts = createArtifactStore(await openObjectStore(store));
const report = await artifacts.publish({
  kind: 'monitor-report',
  files: [{ name: 'report.html', mediaType: 'text/html', content: { bytes: Buffer.from('<p>all is well</p>') } }],
  meta: { model: 'm', rows: 3 },
  inputs: [],
});

async function perennial(...words: string[]): Promise<{ code: number; out: string; notes: string }> {
  const out: string[] = [];
  const notes: string[] = [];
  const code = await runCli([...words, '--store', store], {
    out: (text) => out.push(text),
    note: (text) => notes.push(text),
    raw: (text) => out.push(text),
    interactive: false,
    width: 80,
    colours: pc.createColors(false),
    env: {},
    exitCode: 0,
  });
  return { code, out: out.join('\n'), notes: notes.join('\n') };
}

describe('perennial artifacts', () => {
  it('shows the files and facts of an artifact', async () => {
    const { code, out } = await perennial('artifacts', 'show', `monitor-report/${report.id}`);
    expect(code).toBe(0);
    expect(out).toContain('report.html');
    expect(out).toContain('rows: 3');
  });

  it('copies a file out, into folders that it makes', async () => {
    const target = join(folder, 'deep', 'copy.html');
    const { code, out } = await perennial(
      'artifacts',
      'get',
      `monitor-report/${report.id}`,
      'report.html',
      '--out',
      target,
      '--json',
    );
    expect([code, JSON.parse(out)]).toEqual([0, { path: target }]);
    expect(await readFile(target, 'utf8')).toBe('<p>all is well</p>');
  });

  it('says what a name must look like, and which artifacts there are', async () => {
    expect(await perennial('artifacts', 'show', 'nonsense')).toMatchObject({
      code: 2,
      notes: expect.stringContaining('<kind>/<id>'),
    });
    const missing = await perennial('artifacts', 'get', 'monitor-report/0000000000000000', 'report.html');
    expect(missing.code).not.toBe(0);
    expect(missing.notes).toContain(report.id);
  });
});
