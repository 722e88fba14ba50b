import type { Plan } from '../../contracts/plan.js';
import type { RunStatus } from '../../contracts/run.js';
import { drawTerminal } from '../../pipeline/drawing/draw-terminal.js';
import type { LoggingActivity } from './last-log-lines.js';
import { progressLine, usageOf } from './progress-line.js';
import { changedSteps, paintStatus, stepLine } from './step-lines.js';
import type { Terminal } from '../terminal.js';

export interface RunView {
  show(plan: Plan | null, status: RunStatus, progress: readonly LoggingActivity[]): void;
  /** A remark beside the run itself; the same one is said once in a row. */
  note(text: string): void;
}

/** A picture that is redrawn in place on a terminal, one line per change elsewhere. */
export function createRunView(terminal: Terminal, workflowId: string): RunView {
  return terminal.interactive ? livePicture(terminal, workflowId) : plainLines(terminal);
}

/** A terminal that knows them shows everything between at once; others ignore them. */
const BEGIN_UPDATE = '\u001B[?2026h';
const END_UPDATE = '\u001B[?2026l';
const ESCAPE = '\u001B';
const COLOUR_OR_CHARACTER = new RegExp(`${ESCAPE}\\[[0-9;]*m|.`, 'gu');

function livePicture(terminal: Terminal, workflowId: string): RunView {
  let drawnLines = 0;
  let remark = '';
  let picture = '';
  const redraw = (): void => {
    const text = [picture, ...(remark === '' ? [] : [terminal.colours.yellow(remark)])].join('\n');
    const lines = fit(text.split('\n'), terminal.height ?? Infinity).map((line) => clip(line, terminal.width));
    const back = drawnLines === 0 ? '' : `\u001B[${drawnLines}A`;
    // Each line is written over the one before and cleared behind its end: nothing is ever blank in between.
    terminal.raw(`${BEGIN_UPDATE}${back}${lines.map((line) => `${line}\u001B[K\n`).join('')}\u001B[0J${END_UPDATE}`);
    drawnLines = lines.length;
  };
  return {
    show: (plan, status, progress) => {
      remark = '';
      const { colours } = terminal;
      const graph = plan === null ? '' : drawTerminal(plan, { states: status.steps, colours: colours.isColorSupported });
      picture = [
        `${workflowId}  ${paintStatus(status.status, colours)}`,
        graph,
        ...progress.flatMap((entry) => [
          [progressLine(entry), colours.dim(usageOf(entry))].filter((part) => part !== '').join('  '),
          ...(entry.lastLine === undefined ? [] : [colours.dim(`  > ${entry.lastLine}`)]),
        ]),
      ].join('\n');
      redraw();
    },
    note: (text) => {
      remark = text;
      redraw();
    },
  };
}

function plainLines(terminal: Terminal): RunView {
  let before: RunStatus | null = null;
  let remark = '';
  const told = new Map<string, string>();
  return {
    show: (_plan, status, progress) => {
      remark = '';
      for (const step of changedSteps(before, status)) terminal.out(`${clock()} ${stepLine(step, terminal.colours)}`);
      if (before?.status !== status.status) terminal.out(`${clock()} run is ${paintStatus(status.status, terminal.colours)}`);
      before = status;
      for (const entry of progress) {
        const line = progressLine(entry);
        if (
          (entry.done !== null || entry.waitingFor !== null || entry.devices.length > 0 || (entry.queued ?? null) !== null) &&
          told.get(entry.activityId) !== line
        )
          terminal.out(`${clock()} ${line}`);
        told.set(entry.activityId, line);
      }
    },
    note: (text) => {
      if (text !== remark) terminal.note(`${clock()} ${text}`);
      remark = text;
    },
  };
}

const clock = (): string => new Date().toISOString().slice(11, 19);

/** The head and as much of the end as there is room for: lines that have scrolled away could not be redrawn. */
function fit(lines: readonly string[], height: number): readonly string[] {
  const room = Math.max(2, height - 1);
  if (lines.length <= room) return lines;
  const [head = ''] = lines;
  const rest = lines.slice(lines.length - room + 2);
  return [head, `... ${lines.length - rest.length - 1} lines more: perennial graph RUN`, ...rest];
}

/** A line that wraps would spoil the count of lines to go back. Colour codes take no room. */
function clip(line: string, width: number): string {
  let room = width;
  return line.replace(COLOUR_OR_CHARACTER, (part) => {
    if (part.startsWith(ESCAPE)) return part;
    room -= 1;
    return room >= 0 ? part : '';
  });
}
