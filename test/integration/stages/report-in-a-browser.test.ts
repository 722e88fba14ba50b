import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { barChart, intervalChart, lineChart } from '../../../src/report/charts/render-chart.js';
import { table } from '../../../src/report/html.js';
import { renderPage } from '../../../src/report/page.js';
import { closeTestBrowser, itInBrowser, pageProblems, startTestBrowser, tipsOf } from '../../browser/test-browser.js';
import { temporaryStore } from '../../unit/data/tiny-source.js';
import { evaluateModel, flightFeatures, hourModel, publishModel } from './evaluation-fixtures.js';

const browser = await startTestBrowser();

describe('a report in a browser', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perennial-report-'));
  });
  afterAll(async () => {
    await closeTestBrowser(browser);
    await rm(folder, { recursive: true, force: true });
  });
  const fileOf = async (name: string, html: string | Buffer): Promise<string> => {
    const file = join(folder, `${name}.html`);
    await writeFile(file, html);
    return file;
  };

  itInBrowser(
    browser,
    'of an evaluation can be read in light and dark and on a small screen, and asks for nothing',
    async (browser) => {
      const store = await temporaryStore();
      const features = await flightFeatures(store, '2001-01-01', '2001-01-08');
      const model = await publishModel(store, features, hourModel(features.meta.signature, -2.5, 0.08));
      const { result } = await evaluateModel(store, { model, features });
      const file = await fileOf('evaluation', await store.readFile(result.evaluation, 'report.html'));
      expect(await pageProblems(browser, file)).toEqual([]);
      const tips = await tipsOf(browser, file);
      expect(tips.length).toBeGreaterThan(20);
      expect(tips).not.toContain(null);
    },
  );

  itInBrowser(browser, 'of all charts and tones can be read too, and says a problem where there is one', async (browser) => {
    const text = { title: 'Of a chart', xLabel: 'of its row', yLabel: 'of its column' };
    const series = ['own', 'other'].map((name, n) => ({
      name,
      points: [0.2, 0.5, 0.8].map((x) => ({ x, y: 1 - x - n / 10, interval: [0.1, 0.9] as const })),
    }));
    const unit = { from: 0, to: 1 };
    const body = [
      lineChart({ ...text, series, x: unit, y: unit, dots: true, diagonal: true, limits: [0.3] }),
      barChart({ ...text, labels: ['a', 'b'], series: series.map(({ name }, n) => ({ name, values: [1 + n, 2] })) }),
      intervalChart({ ...text, intervals: [{ label: 'roc_auc', value: 0.01, low: -0.02, high: 0.04 }], reference: 0 }),
      table(
        Array.from({ length: 20 }, (_, n) => `column ${n}`),
        [Array.from({ length: 20 }, () => '<span class="up">high</span>')],
      ),
    ].join('');
    const page = (tone: 'good' | 'bad' | 'neutral', more = ''): string =>
      renderPage({
        title: tone,
        subtitle: 'of a test',
        verdict: { tone, headline: 'Fine', lines: ['It is.'] },
        sections: [{ title: 'Charts', note: 'Read it.', body: `<div class="plots">${body}${more}</div>` }],
      });
    for (const tone of ['good', 'bad', 'neutral'] as const) {
      const file = await fileOf(tone, page(tone));
      expect([tone, await pageProblems(browser, file)]).toEqual([tone, []]);
      expect(await tipsOf(browser, file)).not.toContain(null);
    }
    const faults = '<p style="color:#ccc">pale</p><script>document.title = 1</script><p class="pale">no rule</p>';
    const stopped = await pageProblems(browser, await fileOf('wrong', page('good', faults)));
    expect(stopped).toEqual([
      expect.stringMatching(/^console: .*inline style/),
      expect.stringMatching(/^console: .*inline script/),
    ]);
    const loose = await fileOf('loose', '<p style="width:900px;color:#ccc">pale</p><img src="http://127.0.0.1:9/x">');
    expect(await pageProblems(browser, loose)).toEqual(
      expect.arrayContaining([
        'request: http://127.0.0.1:9/x',
        'light: contrast 1.61: pale',
        expect.stringMatching(/^9\d\d pixels wide on a screen of 320$/),
      ]),
    );
  });
});
