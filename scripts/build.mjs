// Compiles src, workflows and activities into an empty dist folder, and bundles the workflows for the sandbox.
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, runOrExit } from './install.mjs';

rmSync(join(root, 'dist'), { recursive: true, force: true });
runOrExit('', process.execPath, ['node_modules/typescript7/bin/tsc', '-p', 'tsconfig.build.json']);
runOrExit('', process.execPath, ['scripts/bundle-workflows.mjs']);
chmodSync(join(root, 'dist/src/cli/main.js'), 0o755);
