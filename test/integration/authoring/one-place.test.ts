import { describe, expect, it } from '@jest/globals';
import { ESLint, type Linter } from 'eslint';

/** What each rule forbids, and where it is done instead. */
const SECOND_PLACES = [
  ["typeof x === 'object' && x !== null && !Array.isArray(x)", 'src/contracts/json.ts'],
  ["typeof x !== 'object' || x === null || Array.isArray(x)", 'src/contracts/json.ts'],
  ["name.replaceAll('\"', '\"\"')", 'src/contracts/sql-text.ts'],
  ['text.replaceAll("\'", "\'\'")', 'src/contracts/sql-text.ts'],
  ["({ name, mediaType: 'application/json', content })", 'src/store/artifacts/json-file.ts'],
  ["file('profile.json', 'application/json', text)", 'src/store/artifacts/json-file.ts'],
  ['sorted[Math.ceil(sorted.length * share) - 1]', 'src/metrics/quantiles.ts'],
  ['sorted[Math.floor(sorted.length / 2)]', 'src/metrics/quantiles.ts'],
  ['const middle = sorted.length / 2;', 'src/metrics/quantiles.ts'],
  ['const medianOf = (values) => values[0];', 'src/metrics/quantiles.ts'],
  ['function percentile99(values) {}', 'src/metrics/quantiles.ts'],
  ['error instanceof Error ? error.message : String(error)', 'src/errors/describe-thrown.ts'],
] as const;
const FOLDERS = [
  'src/cli',
  'src/report',
  'src/serving',
  'src/store',
  'src/monitoring',
  'src/worker/step',
  'activities',
  'workflows',
];

const eslint = new ESLint();

/** The rules of syntax that hold in a file, without those that need types. */
async function rulesOf(file: string): Promise<readonly unknown[]> {
  const config = (await eslint.calculateConfigForFile(file)) as Linter.Config;
  return config.rules?.['no-restricted-syntax'] as readonly unknown[];
}

async function problemsIn(code: string, file: string): Promise<number> {
  const rules = { 'no-restricted-syntax': await rulesOf(file) } as unknown as Linter.RulesRecord;
  const plain = new ESLint({ overrideConfigFile: true, overrideConfig: [{ rules }] });
  const [result] = await plain.lintText(code, { filePath: 'code.js' });
  return result?.errorCount ?? 0;
}

describe('what has one place', () => {
  it.each(SECOND_PLACES)('%s is kept to it in every folder', async (code, place) => {
    for (const folder of FOLDERS) expect([folder, await problemsIn(code, `${folder}/new.ts`)]).not.toEqual([folder, 0]);
    expect(await problemsIn(code, place)).toBe(0);
  });

  it('takes nothing else for it', async () => {
    const plain = 'const at = Math.floor(Math.log(x)); list[at]; rows[index - 1]; half = sum / 2; f("a.json", "text/html");';
    for (const folder of FOLDERS) expect(await problemsIn(plain, `${folder}/new.ts`)).toBe(0);
  });

  it('leaves the other rules in force in such a place', async () => {
    expect(await problemsIn("typeof x === 'object' && x !== null && !Array.isArray(x)", 'src/metrics/quantiles.ts')).toBe(1);
    expect(await problemsIn('JSON.parse(text)', 'src/metrics/quantiles.ts')).toBe(1);
  });
});
