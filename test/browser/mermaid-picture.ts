import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { reasonOf } from '../../src/errors/describe-thrown.js';
import { COLUMN, judgePicture, type Picture } from './judge-picture.js';
import { labelsOf } from './mermaid-labels.js';

const require = createRequire(import.meta.url);

/** What keeps a reader from reading a Mermaid picture, one line each, in the light and in the dark theme of Mermaid. */
export async function pictureProblems(browser: Browser, source: string): Promise<string[]> {
  const problems: string[] = [];
  const page = await newPage(browser);
  page.on('console', (message) => problems.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('request', (request) => problems.push(`request: ${request.url()}`));
  try {
    for (const theme of ['default', 'dark']) {
      const picture = await page.evaluate<Picture>(`drawPicture(${JSON.stringify(source)}, '${theme}')`);
      problems.push(...judgePicture(picture, labelsOf(source)));
    }
  } catch (error) {
    // Without the places in the code of Mermaid.
    problems.push(reasonOf(error).split('\n    at ', 1).join());
  }
  await page.close();
  return [...new Set(problems)];
}

async function newPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: COLUMN, height: 1_000 } });
  await page.setContent('<body style="margin:0"><main></main></body>');
  for (const path of [
    require.resolve('@mermaid-js/tiny'),
    resolve('test/browser/in-page.cjs'),
    resolve('test/browser/in-picture.cjs'),
  ])
    await page.addScriptTag({ path });
  return page;
}
