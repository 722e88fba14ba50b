import { definePipeline, param } from 'perennial-ml';

/** A command makes points, a Python script fits a line through them, a step of TypeScript reads the result. */
export default definePipeline('python-step', { params: { points: param.integer({ min: 2, default: 100 }) } }, (p) => {
  const points = p.command('points', {
    command: [
      'sh',
      '-c',
      'seq 1 "$1" | while read x; do echo "$x,$((3 * x + 1))"; done > output/points.csv',
      'sh',
      p.params.points,
    ],
    outputs: ['output/points.csv'],
  });
  const line = p.python('fit', {
    script: 'examples/python-step/fit.py',
    inputs: { points },
    hyperparameters: { rounds: 5 },
    progress: /round (\d+)\/(\d+)/,
    metrics: { error: /error=(\S+)/ },
    outputs: ['model/line.json'],
    result: { slope: param.number(), intercept: param.number() },
  });
  p.step('check', {
    inputs: { line },
    run: ({ line: { value, metrics } }) => ({ straight: Math.abs(value.slope - 3) < 0.01, error: metrics['error'] ?? null }),
  });
});
