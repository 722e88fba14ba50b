import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderErrorsPage } from '../src/errors/errors-page.js';

const page = fileURLToPath(new URL('../docs/errors.md', import.meta.url));
const before = await readFile(page, 'utf8').catch(() => '');
const after = renderErrorsPage();
await writeFile(page, after);
console.log(`${before === after ? 'unchanged' : 'written'}: ${join('docs', 'errors.md')}`);
