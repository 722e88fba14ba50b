import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import fs from 'node:fs';
import pc from 'picocolors';
import { EXIT } from '../../../src/cli/exit-codes.js';
import { createProgram, runCli } from '../../../src/cli/program.js';
import type { Terminal } from '../../../src/cli/terminal.js';

interface Recorder extends Terminal {
  readonly lines: string[];
  readonly notes: string[];
}

function recorder(): Recorder {
  const lines: string[] = [];
  const notes: string[] = [];
  return {
    lines,
    notes,
    out: (text) => lines.push(text),
    note: (text) => notes.push(text),
    raw: (text) => lines.push(text),
    interactive: false,
    width: 80,
    colours: pc.createColors(false),
    env: {},
    exitCode: 0,
  };
}

const pathsOf = (command: Command, before: string): string[] =>
  command.commands.length === 0
    ? [before.trim()]
    : command.commands.flatMap((child) => pathsOf(child, `${before} ${child.name()}`));

const page = fs.readFileSync('docs/cli.md', 'utf8');
const commands = pathsOf(createProgram(recorder()), '');

describe('docs/cli.md', () => {
  it('names every command, and no other', () => {
    const table = page.slice(page.indexOf('## Commands'), page.indexOf('## Settings'));
    const named = [
      ...table.matchAll(
        /`([a-z-]+(?: (?:drift|new-data|list|show|get|log|lineage|promote|rollback|close|pause|resume|trigger|delete|apply|test))?)[^`]*`/g,
      ),
    ].map((match) => match[1]!);
    for (const command of commands) expect(named).toContain(command);
    const rows = [...table.matchAll(/^\| `([a-z-]+)/gm)].map((match) => match[1]!);
    for (const row of rows) expect(commands.some((command) => command.split(' ')[0] === row)).toBe(true);
  });

  it('groups the commands as --help does, in the same order', async () => {
    const terminal = recorder();
    await runCli(['--help'], terminal);
    const help = terminal.lines.join('\n').split('\n');
    const heading = /^([A-Z][a-z ]+):$/;
    const groups = [...page.matchAll(/^### (.+)\n\n([^]*?)\n\n/gm)].map(([, title = '', rows = '']) => ({
      title,
      // A row may have two commands of one kind: `approve ...`, `reject ...`.
      names: [...rows.matchAll(/^\| (.*?) +\| /gm)].flatMap(([, cell = '']) =>
        [...cell.matchAll(/`([a-z-]+)/g)].map((name) => name[1]!),
      ),
    }));
    expect(groups.length).toBeGreaterThan(5);
    const shown = help.flatMap((line, at) => {
      const title = heading.exec(line)?.[1];
      if (title === undefined || ['Options', 'Examples'].includes(title)) return [];
      const rows = help.slice(at + 1, help.indexOf('', at));
      const names = rows.flatMap((row) => /^ {2}([a-z-]+)/.exec(row)?.[1] ?? []).filter((name) => name !== 'help');
      return [{ title, names }];
    });
    expect(groups.map(({ title, names }) => ({ title, names: [...new Set(names)] }))).toEqual(shown);
  });

  it('names every exit code', () => {
    const rows = [...page.matchAll(/^\| (\d+) +\| (\w+) +\|/gm)].map((match) => [match[2], Number(match[1])]);
    expect(Object.fromEntries(rows)).toEqual(EXIT);
  });
});

describe('perennial', () => {
  it.each(commands)('%s --help has a description and an example', async (command) => {
    const terminal = recorder();
    expect(await runCli([...command.split(' '), '--help'], terminal)).toBe(EXIT.ok);
    const help = terminal.lines.join('\n');
    expect(help).toMatch(new RegExp(`^Usage: perennial ${command}`));
    expect(help).toMatch(/Examples:\n +perennial /);
    expect(help).toContain('--json');
  });

  it.each([
    [['nothing'], /unknown command 'nothing'/],
    [['status'], /missing required argument 'run'/],
    [['approve', 'x'], /required option '--step <id>' not specified/],
    [['serve', '--endpoint', 'e', '--port', '70000'], /expected a port/],
    [['resume', 'x', '--step', 's', '--action', 'jump'], /Allowed choices are retry, skip, use/],
    [['resume', 'x', '--step', 's', '--action', 'use'], /--result goes with --action use/],
    [['run', 'name-only', '--worker'], /--worker needs a pipeline file/],
    [['monitor', 'close', 'm', '--from', 'yesterday', '--to', '2001-01-01'], /expected an ISO date/],
    [['signal', 'drift', 'm', '--score', 'NaN'], /expected a finite number/],
  ])('%j ends with 2 and says what is wrong', async (words, what) => {
    const terminal = recorder();
    expect(await runCli(words, terminal)).toBe(EXIT.usage);
    expect(terminal.notes.join('\n')).toMatch(/^error CLI_USAGE /);
    expect(terminal.notes.join('\n')).toMatch(what);
    expect(terminal.lines).toEqual([]);
  });

  it('prints errors as JSON with --json', async () => {
    const terminal = recorder();
    expect(await runCli(['plan', 'absent.ts', '--json'], terminal)).toBe(EXIT.usage);
    expect(JSON.parse(terminal.notes.join(''))).toMatchObject({
      error: { code: 'CLI_PIPELINE_FILE', what: 'no file absent.ts' },
    });
  });

  it('shows its help when called without a command', async () => {
    const terminal = recorder();
    expect(await runCli([], terminal)).toBe(EXIT.usage);
    expect(terminal.lines.join('\n')).toContain('Usage: perennial');
    expect(await runCli(['--version'], terminal)).toBe(EXIT.ok);
  });
});
