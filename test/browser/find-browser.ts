import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { runCommand } from '../../src/temporal/server/run-command.js';

/** Where systems keep Chromium, or a browser that is one. */
const PLACES = [
  chromium.executablePath(),
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const INSTALL_LIMIT_MS = 600_000;
/** Two test files may install at the same time. */
const APT = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];

type Way = { readonly name: string; readonly commands: readonly (readonly [string, ...string[]])[] };

const PLAYWRIGHT: Way = {
  name: 'the download of Playwright',
  commands: [[process.execPath, 'node_modules/playwright-core/cli.js', 'install', 'chromium']],
};
/** For containers of continuous integration, which run as root and may reach no download but that of their system. */
const DEBIAN: Way = {
  name: 'the package of Debian',
  commands: [
    ['apt-get', ...APT, 'update'],
    ['apt-get', ...APT, 'install', '--yes', '--no-install-recommends', 'chromium'],
  ],
};

/** The path of a browser of this machine, installed once when there is none; says aloud why when none can be had. */
export async function findBrowser(): Promise<string | { readonly unavailable: string }> {
  const there = PLACES.find((place) => existsSync(place));
  if (there !== undefined) return there;
  const failures: string[] = [];
  for (const way of process.getuid?.() === 0 ? [PLAYWRIGHT, DEBIAN] : [PLAYWRIGHT]) {
    say(`installing Chromium by ${way.name}; once on this machine`);
    const failure = await installBy(way);
    const place = PLACES.find((candidate) => existsSync(candidate));
    if (place !== undefined) return place;
    failures.push(`${way.name}: ${failure ?? 'it gave no browser'}`);
  }
  const unavailable = `no Chromium at ${PLACES.join(', ')} (${failures.join('; ')})`;
  say(`SKIPPED: tests in a browser: ${unavailable}`);
  return { unavailable };
}

/** What went wrong; null when nothing did. */
async function installBy({ commands }: Way): Promise<string | null> {
  for (const [program, ...words] of commands) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { exitCode, failure } = await runCommand(program, words, { env, timeoutMs: INSTALL_LIMIT_MS });
    if (exitCode !== 0) return failure;
  }
  return null;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
