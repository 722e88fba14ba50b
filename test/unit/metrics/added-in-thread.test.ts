import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const PROGRAM = `
  import ${JSON.stringify(resolve('examples/extending/cost-per-row.ts'))};
  import { measureInThread } from ${JSON.stringify(resolve('dist/src/metrics/measure-in-thread.js'))};
  const rows = { labels: Float64Array.of(0, 1), scores: Float64Array.of(0.2, 0.3) };
  const measured = await measureInThread({ task: 'binary', metrics: ['cost_per_row'], ...rows }, new AbortController().signal);
  console.log(JSON.stringify(measured));
`;

it.each([[['--import', 'tsx']], [[]]])(
  'an added metric is found by a worker thread of a process that was started with %j',
  async (loaders) => {
    // Without a loader the program itself has to load what it is: the metric's file is TypeScript.
    const program =
      loaders.length > 0
        ? PROGRAM
        : `import { register } from 'tsx/esm/api'; register();\n${PROGRAM.replace(/import ("[^"]*cost-per-row.ts");/, 'await import($1);')}`;
    const words = [...loaders, '--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    expect(JSON.parse(stdout)).toEqual({ cost_per_row: 0.5 });
  },
);
