import type { ActivityProgress } from '../client/index.js';
import type { Plan } from '../contracts/plan.js';
import type { RunStatus } from '../contracts/run.js';
import { drawTerminal } from '../pipeline/draw-terminal.js';
import { changedSteps, paintStatus, stepLine } from './step-lines.js';
import type { Terminal } from './terminal.js';

export interface RunView {
  show(plan: Plan | null, status: RunStatus, progress: readonly ActivityProgress[]): void;
  /** A remark beside the run itself; the same one is said once in a row. */
  note(text: string): void;
}

/** A picture that is redrawn in place on a terminal, one line per change elsewhere. */
export function createRunView(terminal: Terminal, workflowId: string): RunView {
  return terminal.interactive ? livePicture(terminal, workflowId) : plainLines(terminal);
}

const BAR_WIDTH = 24;
const ESCAPE = '\u001B';
const COLOUR_OR_CHARACTER = new RegExp(`${ESCAPE}\\[[0-9;]*m|.`, 'gu');

function livePicture(terminal: Terminal, workflowId: string): RunView {
  let drawnLines = 0;
  let remark = '';
  let picture = '';
  const redraw = (): void => {
    const text = [picture, ...(remark === '' ? [] : [terminal.colours.yellow(remark)])].join('\n');
    const lines = text.split('\n').map((line) => clip(line, terminal.width));
    terminal.raw(`${drawnLines === 0 ? '' : `\u001B[${drawnLines}A`}\u001B[0J${lines.join('\n')}\n`);
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
        ...progress.map((entry) => progressLine(entry)),
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
        if ((entry.done !== null || entry.waitingFor !== null || entry.devices.length > 0) && told.get(entry.activityId) !== line)
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

export function progressLine(progress: ActivityProgress): string {
  const { activityId, attempt, done, total, note, lastFailure, waitingFor, devices } = progress;
  const parts = [activityId];
  if (waitingFor !== null) parts.push(`waiting for ${waitingFor}`);
  if (devices.length > 0) parts.push(`on ${devices.length === 1 ? 'device' : 'devices'} ${devices.join(', ')}`);
  if (done !== null && total !== null && total > 0) {
    const filled = Math.round((Math.min(done, total) / total) * BAR_WIDTH);
    parts.push(`${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${done}/${total}`);
  } else if (done !== null) parts.push(String(done));
  if (note !== null) parts.push(note);
  if (attempt > 1) parts.push(`attempt ${attempt}${lastFailure === null ? '' : ` after: ${lastFailure.split('\n')[0] ?? ''}`}`);
  return parts.join('  ');
}

const clock = (): string => new Date().toISOString().slice(11, 19);

/** A line that wraps would spoil the count of lines to go back. Colour codes take no room. */
function clip(line: string, width: number): string {
  let room = width;
  return line.replace(COLOUR_OR_CHARACTER, (part) => {
    if (part.startsWith(ESCAPE)) return part;
    room -= 1;
    return room >= 0 ? part : '';
  });
}
