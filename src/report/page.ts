import { createHash } from 'node:crypto';
import { escapeHtml } from './html.js';

export interface Section {
  readonly title: string;
  /** One plain sentence on how to read it. */
  readonly note?: string;
  /** HTML. */
  readonly body: string;
}

export interface Page {
  readonly title: string;
  readonly subtitle: string;
  readonly verdict: { readonly tone: 'good' | 'bad' | 'neutral'; readonly headline: string; readonly lines: readonly string[] };
  readonly sections: readonly Section[];
}

const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--card:#f7f8fa;--ink:#1c2330;--soft:#5d6776;--line:#dde1e8;--a:#2563c9;--b:#d9660f;--good:#187a43;--bad:#b92c28;--neutral:#8a6100}
@media (prefers-color-scheme:dark){:root{--ground:#12151b;--card:#1a1f28;--ink:#e6eaf1;--soft:#9aa5b5;--line:#303845;--a:#6ea8ff;--b:#ffa25c;--good:#5bcf8d;--bad:#ff7d76;--neutral:#e8bd57}}
*{box-sizing:border-box}body{margin:0 auto;padding:32px 20px 64px;max-width:1080px;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{font-size:26px;margin:0 0 4px;line-height:1.2}h2{font-size:18px;margin:36px 0 4px}p{margin:4px 0}.soft,.note{color:var(--soft)}
.verdict{margin:20px 0;padding:14px 18px;background:var(--card);border-left:5px solid;border-radius:6px}.verdict strong{font-size:17px}
.good{border-color:var(--good)}.good strong{color:var(--good)}.bad{border-color:var(--bad)}.bad strong{color:var(--bad)}.neutral{border-color:var(--neutral)}.neutral strong{color:var(--neutral)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr));gap:16px;margin-top:12px}
figure{margin:0;padding:12px;background:var(--card);border-radius:8px}figcaption{font-weight:600;font-size:14px;margin-bottom:4px}svg{display:block;width:100%;height:auto}
svg text{fill:var(--soft);font:11px system-ui,sans-serif}.axis{stroke:var(--line);stroke-width:1}.s0{stroke:var(--a)}.s1{stroke:var(--b)}.f0{fill:var(--a)}.f1{fill:var(--b)}
.curve,.whisker{fill:none;stroke-width:2}.whisker{stroke-opacity:.6}.curve,.whisker,.guide{pointer-events:none}.s1.curve{stroke-dasharray:7 3}.bar{fill-opacity:.85}.hit{fill-opacity:0}.hit:hover{fill-opacity:1}.bar:hover{fill-opacity:1}.guide{stroke:var(--soft);stroke-dasharray:4 4;fill:none}.limit{stroke:var(--bad);stroke-dasharray:6 3;fill:none}details{font-size:12px;color:var(--soft)}summary{cursor:pointer}figure table{font-size:12px;margin-top:4px}.key{font-size:12px;color:var(--soft)}.key i{display:inline-block;width:10px;height:10px;border-radius:2px;margin:0 5px 0 10px}
.k0{background:var(--a)}.k1{background:var(--b)}.scroll{overflow-x:auto}table{border-collapse:collapse;margin-top:10px;font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:5px 14px 5px 0;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}th{color:var(--soft);font-weight:600}td.wide{white-space:normal}.up{color:var(--bad);font-weight:600}
`;

/** The page loads nothing and runs nothing, wherever it is opened; its one style sheet is known by its hash. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** One self-contained HTML page: no script, no request, readable in light and dark. Equal input gives equal bytes. */
export function renderPage(page: Page): string {
  const lines = page.verdict.lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('');
  const sections = page.sections.map(
    ({ title, note, body }) =>
      `<h2>${escapeHtml(title)}</h2>${note === undefined ? '' : `<p class="note">${escapeHtml(note)}</p>`}\n${body}`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(page.title)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(page.title)}</h1><p class="soft">${escapeHtml(page.subtitle)}</p>
<div class="verdict ${page.verdict.tone}"><strong>${escapeHtml(page.verdict.headline)}</strong>${lines}</div>
${sections.join('\n')}
</body></html>
`;
}
