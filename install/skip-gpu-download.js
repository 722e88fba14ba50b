// Runs when a user's npm installs this package, before the scripts of its dependencies. Plain Node: nothing is installed yet but files.
//
// On Linux with x64 `onnxruntime-node` downloads CUDA libraries of some 300 MB from another registry in its install script, and fails where that
// cannot be reached. Nothing here uses them: models run on the processor. A package cannot configure the script of a dependency, so this
// takes the libraries off the list of what the script fetches. ONNXRUNTIME_NODE_INSTALL or
// `--onnxruntime-node-install` still fetches them.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const ASKED = ['ONNXRUNTIME_NODE_INSTALL', 'ONNXRUNTIME_NODE_INSTALL_CUDA'].flatMap((name) => [
  name,
  `npm_config_${name.toLowerCase()}`,
]);
const LIST = /^(\s*'linux\/x64': )\['cuda12'\]/m;

/** The list of the copy that this package uses, or null when there is none yet, as in this package's own repository. */
function listOfLibraries() {
  try {
    return createRequire(import.meta.url).resolve('onnxruntime-node/script/install-metadata.js');
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

if (ASKED.every((name) => !process.env[name])) {
  const file = listOfLibraries();
  const text = file === null ? '' : readFileSync(file, 'utf8');
  if (LIST.test(text)) {
    // A new file in place of the old one, which may be shared with a cache of the package manager.
    writeFileSync(`${file}.new`, text.replace(LIST, '$1[]'));
    renameSync(`${file}.new`, file);
  }
}
