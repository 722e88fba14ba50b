// npm run demo: installs what is missing, builds, and lives through half a year of a model. Options: --keep, --json FILE.
import { spawn } from 'node:child_process';
import { build, ensureInstalled, root } from './install.mjs';

await ensureInstalled();
build();
const child = spawn(process.execPath, ['--import', 'tsx', 'examples/flight-delay/demo/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
