import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { runCli } from '../../src/cli/program.js';
import { createServerMetrics } from '../../src/serving/server-metrics.js';

const run = promisify(execFile);
/** Inside the repository, so that `perennial` is this package. */
const FOLDER = '.perennial/snippets';
const COMPILER = 'node_modules/typescript7/bin/tsc';

/** What `perennial WORDS --help` prints. */
async function askHelp(words: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const print = (text: string): void => void lines.push(text);
  await runCli([...words, '--help'], {
    out: print,
    note: print,
    raw: print,
    interactive: false,
    width: 80,
    colours: pc.createColors(false),
    env: {},
    exitCode: 0,
  });
  return lines.join('\n');
}

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

async function blocksOf(page: string): Promise<readonly Block[]> {
  const text = await readFile(page, 'utf8');
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language = '', body = ''], index, all) => {
    const line = text.slice(0, all[index]?.index ?? 0).split('\n').length;
    return { page, line, language, text: body };
  });
}

/** Pages for readers, folder by folder; decisions are records of their time. */
const FOLDERS = ['docs', 'docs/coming-from'];
const pagesOf = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`);
const pages = ['README.md', ...(await Promise.all(FOLDERS.map(pagesOf))).flat()];
const blocks = (await Promise.all(pages.map(blocksOf))).flat();

describe('TypeScript in the documents', () => {
  const programs = blocks.filter(({ language, text }) => language === 'ts' && /^import [^;]* from 'perennial/.test(text));

  beforeAll(async () => {
    await rm(FOLDER, { recursive: true, force: true });
    await mkdir(FOLDER, { recursive: true });
    await writeFile(path.join(FOLDER, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'] }));
    for (const { page, line, text } of programs)
      await writeFile(path.join(FOLDER, `${page.replaceAll('/', '-')}-line-${line}.ts`), text);
  });
  afterAll(() => rm(FOLDER, { recursive: true, force: true }));

  it('compiles as it stands', async () => {
    expect(programs.length).toBeGreaterThan(5);
    const compiled = await run(process.execPath, [COMPILER, '-p', FOLDER]).catch((error: unknown) => error as { stdout: string });
    expect(compiled.stdout).toBe('');
  });
});

describe('commands in the documents', () => {
  const lines = blocks
    .filter(({ language }) => language === 'sh' || language === 'console')
    .flatMap(({ page, text }) => text.split('\n').map((line) => ({ page, line: line.replace(/\s#.*$/, '').trim() })))
    .filter(({ line }) => /^(npx )?perennial /.test(line));
  const helps = new Map<string, Promise<string>>();
  const helpOf = (words: readonly string[]): Promise<string> => {
    const key = words.join(' ');
    const known = helps.get(key);
    if (known !== undefined) return known;
    const asked = askHelp(words);
    helps.set(key, asked);
    return asked;
  };

  it.each(lines)('$page: $line', async ({ line }) => {
    const [first = '', ...words] = (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).filter(
      (word) => !['npx', 'perennial'].includes(word),
    );
    const command = [first];
    let help = await helpOf(command);
    if (/^Commands:$/m.test(help)) {
      command.push(words[0] ?? '');
      help = await helpOf(command);
    }
    expect(help).toContain(`Usage: perennial ${command.join(' ')} `);
    for (const option of words.filter((word) => word.startsWith('--')))
      expect(help).toMatch(new RegExp(`^ +(-\\w, )?${option}[ ,]`, 'm'));
  });
});

describe('lists in the documents', () => {
  it('docs/serving.md has every metric of the model server', async () => {
    const metrics = createServerMetrics();
    const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
    metrics.close();
    const text = await readFile('docs/serving.md', 'utf8');
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('docs/pipelines.md has every rule of the linter', async () => {
    const source = /export type LintRule =([^;]*);/.exec(await readFile('src/pipeline/lint/issues.ts', 'utf8'))?.[1] ?? '';
    const rules = [...source.matchAll(/'([\w-]+)'/g)].map(([, rule = '']) => rule);
    const text = await readFile('docs/pipelines.md', 'utf8');
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.filter((rule) => !text.includes(`\`${rule}\``))).toEqual([]);
  });

  it('docs/README.md names every page', async () => {
    const index = await readFile('docs/README.md', 'utf8');
    const names = pages
      .filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
      .map((page) => path.relative('docs', page));
    expect(names.filter((name) => !index.includes(`(${name})`))).toEqual([]);
  });
});
