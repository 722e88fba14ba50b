// npm run bench -- orchestration [--json FILE] [--peers]: installs what is missing, builds, and measures. See docs/performance.md.
import { spawn } from 'node:child_process';
import { build, ensureInstalled, root } from './install.mjs';

await ensureInstalled();
build();
const child = spawn(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
