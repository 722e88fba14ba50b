import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** npm leaves files with these names out of a package. */
const RENAMED = { npmrc: '.npmrc', gitignore: '.gitignore', 'ci.yml': join('.github', 'workflows', 'ci.yml') };

/** Writes the files of a project into a folder that is new or empty. Returns what is wrong with the folder, or null. */
export async function writeProject({ folder, template, packageSpec }) {
  const target = resolve(folder);
  const there = await entriesOf(target);
  if (there.length > 0) return `${target} is not empty (${there.slice(0, 3).join(', ')}); give the name of a new folder`;
  await mkdir(target, { recursive: true });
  await cp(join(HERE, 'templates', template), target, { recursive: true });
  for (const name of await readdir(join(HERE, 'templates', 'shared'))) {
    const path = join(target, RENAMED[name] ?? name);
    await mkdir(join(path, '..'), { recursive: true });
    await cp(join(HERE, 'templates', 'shared', name), path);
  }
  const own = JSON.parse(await readFile(join(HERE, 'package.json'), 'utf8'));
  await writeFile(
    join(target, 'package.json'),
    `${JSON.stringify(packageOf(target, packageSpec ?? `^${own.version}`, own), null, 2)}\n`,
  );
  return null;
}

async function entriesOf(folder) {
  try {
    return (await readdir(folder)).filter((name) => name !== '.git');
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') return [basename(folder)];
    throw error;
  }
}

function packageOf(target, packageSpec, { engines }) {
  return {
    name: nameOf(target),
    private: true,
    type: 'module',
    engines,
    scripts: {
      check: 'tsc',
      dev: 'perennial dev --pipeline pipeline.ts',
      start: 'perennial run pipeline.ts --follow',
      test: 'node --import tsx --test pipeline.test.ts',
    },
    dependencies: { 'perennial-ml': packageSpec },
    devDependencies: { '@types/node': '^20.19.0', tsx: '^4.23.0', typescript: '>=5.9 <7' },
  };
}

/** The folder's name as a name that npm takes. */
function nameOf(target) {
  const name = basename(target)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '');
  return name === '' ? 'my-pipeline' : name;
}
