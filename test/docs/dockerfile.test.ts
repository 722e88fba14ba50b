import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';

type Instruction = { readonly name: string; readonly words: string };
type Stage = { readonly name: string; readonly from: string; readonly instructions: readonly Instruction[] };

/** The stages of a Dockerfile, lines that go on joined, comments left out. */
function stagesOf(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = '', words = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    const [, from = '', stage = ''] = name === 'FROM' ? (/^(\S+) AS (\S+)$/.exec(words) ?? []) : [];
    if (name === 'FROM') stages.push({ name: stage, from, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, words });
  }
  return stages;
}

const stages = stagesOf(await readFile('Dockerfile', 'utf8'));
const stage = (name: string): Stage => stages.find((one) => one.name === name) ?? { name, from: '', instructions: [] };
const wordsOf = (name: string, instruction: string): string[] =>
  stage(name)
    .instructions.filter((one) => one.name === instruction)
    .map(({ words }) => words);

describe('the Dockerfile', () => {
  it('builds with all dependencies and runs with those of production', () => {
    expect(stages.map(({ name }) => name)).toEqual(['build', 'production', 'runtime', 'demo']);
    expect(wordsOf('build', 'RUN')[0]).toBe('npm ci');
    expect(wordsOf('production', 'RUN')[0]).toMatch(/^npm prune --omit=dev /);
    expect(wordsOf('runtime', 'RUN').join(' ')).not.toContain('npm');
    const copied = wordsOf('runtime', 'COPY');
    expect(copied.length).toBeGreaterThan(3);
    expect(copied.filter((words) => !words.startsWith('--from=production '))).toEqual([]);
  });

  it('copies only what is there, and the preinstall script before the installation needs it', () => {
    for (const words of copiedFromHere()) for (const file of words) expect([file, existsSync(file)]).toEqual([file, true]);
    const order = stage('build').instructions.map(({ name, words }) => `${name} ${words}`);
    expect(order.findIndex((one) => one.startsWith('COPY install'))).toBeLessThan(order.indexOf('RUN npm ci'));
  });

  it('is no root, has an init as first process, Python, and a health check that exists', () => {
    expect(wordsOf('runtime', 'USER')).toEqual(['node']);
    expect(wordsOf('demo', 'USER')).toEqual([]);
    expect(wordsOf('runtime', 'ENTRYPOINT')).toEqual(['["tini", "-s", "--"]']);
    const installed = wordsOf('runtime', 'RUN')[0] ?? '';
    for (const needed of ['tini', 'python3', 'python3-venv']) expect(installed.split(/\s+/)).toContain(needed);
    const [health = ''] = wordsOf('runtime', 'HEALTHCHECK');
    const script = /CMD \["node", "([^"]+)"\]$/.exec(health)?.[1] ?? '';
    expect([script, existsSync(script)]).toEqual(['install/healthcheck.js', true]);
  });
});

function copiedFromHere(): string[][] {
  return wordsOf('build', 'COPY').map((words) => words.split(' ').slice(0, -1));
}
