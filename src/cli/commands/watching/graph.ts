import fs from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { Plan } from '../../../contracts/plan.js';
import { loadPipeline, looksLikeFile } from '../../load/load-pipeline.js';
import { connectionSettings, examples, withConnection, withJson, withStore } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, StoreFlags } from '../../options/options.js';
import { type DrawnRun, readDrawnRun } from '../../watch/read-drawn-run.js';
import type { Terminal } from '../../terminal.js';

const FORMATS = ['terminal', 'mermaid', 'svg', 'dot'] as const;

interface GraphFlags extends ConnectionFlags, StoreFlags, JsonFlag {
  readonly format: (typeof FORMATS)[number];
  readonly out?: string;
}

/** `perennial graph FILE|RUN`: the graph of a pipeline, or that of a run with the state of its steps. */
export function graphCommand(terminal: Terminal): Command {
  return withJson(withStore(withConnection(new Command('graph'))))
    .description('draw a pipeline file, or a run with the state of its steps')
    .argument('<file-or-run>', 'pipeline file, or workflow id of a run')
    .addOption(new Option('--format <how>', 'how to draw').choices(FORMATS).default('terminal'))
    .option('--out <file>', 'write the drawing to a file')
    .addHelpText(
      'after',
      examples(
        'perennial graph pipeline.ts',
        'perennial graph flight-delay-1',
        'perennial graph flight-delay-1 --format svg --out run.svg',
        'perennial graph pipeline.ts --format mermaid > graph.mmd',
      ),
    )
    .action(async (target: string, flags: GraphFlags) => {
      const drawn = looksLikeFile(target)
        ? { plan: (await loadPipeline(target)).plan, states: null }
        : await readDrawnRun(target, connectionSettings(flags), flags.store);
      const colours = terminal.colours.isColorSupported && flags.out === undefined;
      const text = flags.json === true ? asJson(drawn) : await draw(drawn, flags.format, colours);
      if (flags.out === undefined) {
        terminal.out(text);
        return;
      }
      await fs.writeFile(flags.out, text.endsWith('\n') ? text : `${text}\n`);
      terminal.note(`Written: ${flags.out}`);
    });
}

async function draw({ plan, states }: Drawn, format: GraphFlags['format'], colours: boolean): Promise<string> {
  const overlay = states === null ? {} : { states };
  switch (format) {
    case 'terminal': {
      const { drawTerminal } = await import('../../../pipeline/drawing/draw-terminal.js');
      return drawTerminal(plan, { colours, ...overlay });
    }
    case 'mermaid': {
      const { drawMermaid } = await import('../../../pipeline/drawing/draw-mermaid.js');
      return drawMermaid(plan, overlay);
    }
    case 'dot': {
      const { drawDot } = await import('../../../pipeline/drawing/draw-dot.js');
      return drawDot(plan, overlay);
    }
    case 'svg': {
      const { drawSvg } = await import('../../../pipeline/drawing/draw-svg.js');
      return drawSvg(plan, overlay);
    }
  }
}

type Drawn = { readonly plan: Plan; readonly states: DrawnRun['states'] | null };

function asJson({ plan, states }: Drawn): string {
  const steps = plan.steps.map(({ id, kind, needs }) => ({
    id,
    kind,
    needs,
    status: states?.find((state) => state.id === id)?.status ?? null,
  }));
  return JSON.stringify({ pipeline: plan.pipeline, hash: plan.hash, steps }, null, 2);
}
