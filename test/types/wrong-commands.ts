// Checked by `npm run typecheck`: every line under an expectation must not compile.
import { definePipeline, param, secret } from '../../src/index.js';
import type { CommandResult, Ref } from '../../src/index.js';

definePipeline('commands', { params: { trees: param.integer({ default: 10 }) } }, (p) => {
  const plain: Ref<CommandResult> = p.command('plain', { command: ['./train.sh', '--trees', p.params.trees, 3, true] });
  const typed = p.python('typed', {
    script: 'train.py',
    requirements: ['numpy==2.0'],
    inputs: { plain },
    env: { TOKEN: secret('TOKEN'), LEVEL: 3, TREES: p.params.trees },
    hyperparameters: { trees: p.params.trees, layers: [1, 2] },
    metrics: { loss: /loss=(\S+)/, auc: 'auc=(.*)' },
    result: { auc: param.number(), rounds: param.integer() },
  });
  p.command('given', { command: ['x'], inputs: { plain, trees: p.params.trees } });
  p.step('given-too', {
    inputs: { plain, trees: p.params.trees },
    run: ({ trees }, { parameters }) => {
      const same: number = parameters.trees;
      // @ts-expect-error a number, not a string
      const wrong: string = trees;
      // @ts-expect-error no such parameter was declared
      parameters.leaves;
      return { sum: trees + same, wrong };
    },
  });
  p.finally('tidy', {
    inputs: { plain, trees: p.params.trees },
    run: ({ trees, plain: left }) => [trees + 1, left?.exitCode ?? null],
  });
  p.step('read', {
    inputs: { typed, plain },
    secrets: { token: secret('TOKEN') },
    run: ({ typed: { value, model, metrics }, plain: before }, { secrets }) => {
      const auc: number = value.auc;
      const nothing: null = before.value;
      // @ts-expect-error no such field was declared
      value.area;
      // @ts-expect-error a number, not a string
      const wrong: string = value.rounds;
      // @ts-expect-error the model may not be there
      model.id;
      // @ts-expect-error no such secret was declared
      secrets.password;
      return { auc, nothing, wrong, length: secrets.token.length, loss: metrics['loss'] ?? null };
    },
  });
  p.step('none', {
    // @ts-expect-error a step that declares no secret has none
    run: (_inputs, { secrets }) => secrets.token,
  });
  // @ts-expect-error a command needs a program
  p.command('empty', { command: [] });
  // @ts-expect-error the arguments of a program can be seen by everybody: no secrets there
  p.command('leak', { command: ['curl', secret('TOKEN')] });
  // @ts-expect-error hyperparameters are written into a file: no secrets there
  p.command('leak2', { command: ['x'], hyperparameters: { token: secret('TOKEN') } });
  // @ts-expect-error a script is needed
  p.python('scriptless', { requirements: 'requirements.txt' });
  // @ts-expect-error a secret is no string
  secret('TOKEN').length;
  // @ts-expect-error inputs are references
  p.command('input', { command: ['x'], inputs: { rows: 3 } });
  // @ts-expect-error an unknown parameter
  p.command('parameter', { command: ['x', p.params.leaves] });
  // @ts-expect-error a duration has a unit
  p.command('grace', { command: ['x'], grace: '10' });
  // @ts-expect-error the secrets of a step are references
  p.step('plainsecret', { secrets: { token: 'hunter2' }, run: () => 1 });
  // @ts-expect-error a Map does not survive JSON
  p.step('map', { run: () => new Map() });
  // @ts-expect-error undefined does not survive JSON
  p.step('undefined', { run: () => ({ a: undefined }) });
});
