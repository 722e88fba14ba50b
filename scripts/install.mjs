// Installs the locked packages when node_modules is missing or older than the lock file. Plain Node: runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
const stamp = join(root, 'node_modules', '.perennial-lock');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: expected >= 20.19. Install a newer Node (https://nodejs.org).`);
  process.exit(1);
}

/** Runs a command in the repository, shows its output, ends this process with its code when it fails. */
export function runOrExit(title, command, parameters, options = {}) {
  if (title) console.log(`\n> ${title}`);
  const { status, error } = spawnSync(command, parameters, { cwd: root, stdio: 'inherit', ...options });
  if (error) console.error(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs a command in the repository beside others: its output is kept whole and given at its end. */
export async function runAside(command, parameters) {
  const startedAt = Date.now();
  const child = spawn(command, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const passed = await new Promise((resolve) => {
    child.once('error', (error) => {
      output += `${command} could not be started: ${error.message}`;
      resolve(false);
    });
    child.once('close', (code) => resolve(code === 0));
  });
  return { passed, output, seconds: Math.round((Date.now() - startedAt) / 1000) };
}

export async function ensureInstalled() {
  const locked = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  let installed = '';
  try {
    statSync(join(root, 'node_modules', '@temporalio', 'worker'));
    installed = readFileSync(stamp, 'utf8');
  } catch {
    installed = '';
  }
  if (installed === locked) return;
  await install();
  writeFileSync(stamp, locked);
}

/** npm shows its own progress on a terminal and is silent elsewhere, so there a line says that it is at work. */
async function install() {
  console.log('\n> Installing packages (npm ci)');
  const startedAt = Date.now();
  const child = spawn('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: 'inherit' });
  const timer = setInterval(() => {
    if (!process.stdout.isTTY) console.log(`  … installing, ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }, 1_500);
  const status = await new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`npm could not be started: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
  clearInterval(timer);
  if (status !== 0) process.exit(status);
}

export function build() {
  runOrExit('', process.execPath, ['scripts/build.mjs']);
}

if (process.argv[1] === import.meta.filename) await ensureInstalled();
