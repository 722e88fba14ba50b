// Removes from node_modules the native code of other systems than this one, which two packages bring along for all: half of what is installed.
//   node node_modules/perennial-ml/install/remove-other-platforms.js
// For an image, or a machine that runs only here. `npm ci` brings everything back.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { platform, arch } = process;
const require = createRequire(import.meta.url);
const folderOf = (name, from) => dirname(createRequire(from).resolve(`${name}/package.json`));

function removeOthers(folder, isOurs) {
  const others = existsSync(folder) ? readdirSync(folder).filter((name) => !isOurs(name)) : [];
  for (const name of others) {
    rmSync(join(folder, name), { recursive: true });
    console.log(`removed ${join(folder, name)}`);
  }
}

const triples = { x64: 'x86_64', arm64: 'aarch64' };
const systems = { linux: 'linux', darwin: 'apple', win32: 'windows' };
const worker = require.resolve('@temporalio/worker');
const isOurTriple = (name) => name.startsWith(`${triples[arch]}-`) && name.includes(systems[platform]);
if (triples[arch] === undefined || systems[platform] === undefined)
  throw new Error(`no native code for ${platform}/${arch} is known`);
removeOthers(join(folderOf('@temporalio/core-bridge', worker), 'releases'), isOurTriple);

const onnx = join(folderOf('onnxruntime-node', import.meta.url), 'bin', 'napi-v6');
removeOthers(onnx, (name) => name === platform);
removeOthers(join(onnx, platform), (name) => name === arch);
