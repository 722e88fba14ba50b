import { resolve } from 'node:path';
import { it } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findBrowser } from './find-browser.js';

/** Least contrast of text: WCAG 2.2, success criterion 1.4.3, level AA. */
export const LEAST_CONTRAST = 4.5;
/** Pixels that a page has to do with: WCAG 2.2, success criterion 1.4.10. */
const NARROW = { width: 320, height: 640 };
const WIDE = { width: 1_280, height: 800 };

export type TestBrowser = Browser | { readonly unavailable: string };

/** A browser without a window; says aloud when none can be had. */
export async function startTestBrowser(): Promise<TestBrowser> {
  const found = await findBrowser();
  // The sandbox of Chromium does not start for root, as whom containers run; the pages are our own.
  return typeof found === 'string' ? chromium.launch({ executablePath: found, args: ['--no-sandbox'] }) : found;
}

/** Declares a test that looks at pages. A machine without a browser skips it: a file in which Jest finds no test fails. */
export function itInBrowser(browser: TestBrowser, title: string, look: (browser: Browser) => Promise<void>): void {
  if ('unavailable' in browser) it.skip(title, () => undefined);
  else it(title, () => look(browser));
}

export async function closeTestBrowser(browser: TestBrowser): Promise<void> {
  if (!('unavailable' in browser)) await browser.close();
}

/**
 * What a reader misses in a page that is opened from a file, one line each: requests, what the page's own policy stops, errors, texts that
 * are hard to read in light or in dark, and more width than a small screen has.
 */
export async function pageProblems(browser: Browser, file: string): Promise<string[]> {
  const problems: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await newPage(browser, colorScheme);
    page.on('console', (message) => problems.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) problems.push(`request: ${request.url()}`);
    });
    await page.goto(`file://${file}`);
    const pale = await page.evaluate<string[]>(`inPage.paleTexts(${LEAST_CONTRAST})`);
    problems.push(...pale.map((text) => `${colorScheme}: ${text}`));
    await page.setViewportSize(NARROW);
    const width = await page.evaluate<number>('inPage.width()');
    if (width > NARROW.width) problems.push(`${width} pixels wide on a screen of ${NARROW.width}`);
    await page.close();
  }
  return [...new Set(problems)];
}

/** What a browser tells under a pointer that rests in the middle of each mark of the charts; null where it tells nothing. */
export async function tipsOf(browser: Browser, file: string): Promise<(string | null)[]> {
  const page = await newPage(browser, 'light');
  await page.goto(`file://${file}`);
  const tips = await page.evaluate<(string | null)[]>(`inPage.tips('figure circle, figure rect.bar')`);
  await page.close();
  return tips;
}

async function newPage(browser: Browser, colorScheme: 'light' | 'dark'): Promise<Page> {
  const page = await browser.newPage({ colorScheme, viewport: WIDE });
  await page.addInitScript({ path: resolve('test/browser/in-page.cjs') });
  return page;
}
