// Checked by `npm run typecheck`: every line under an expectation must not compile.
import { and, definePipeline, eq, gt, isNull, lt, not, param, secret } from '../../src/index.js';
import type { ModelReference, Ref } from '../../src/index.js';

declare const one: ModelReference<'rows', 'binary'>;
declare const other: ModelReference<'rows', 'binary'>;

export const good = definePipeline(
  'good-flow',
  { params: { tries: param.integer({ default: 3 }), mode: param.oneOf(['a', 'b']), name: param.string() } },
  (p) => {
    const score = p.step('score', {
      run: () => ({ value: 1, label: 'x', part: { auc: 0.5 as number | null }, kind: 'new' as 'new' | 'old' }),
    });
    const text = p.step('text', { run: () => 'words' });
    const either: Ref<number | string> = p.when(
      and(gt(score.value, 0.5), eq(p.params.mode, 'a'), not(eq(score.kind, 'old')), not(isNull(score.part.auc))),
      () => p.step('yes', { run: () => 1 }),
      () => p.step('no', { run: () => 'two' }),
    );
    p.step('uses', { inputs: { either }, run: ({ either: value }) => (typeof value === 'number' ? value : value.length) });
    const model: ModelReference<'rows', 'binary'> = p.join('model', [one, other], { mode: 'first' });
    p.evaluate(model);
    const trained: ModelReference<'rows', 'binary'> = p.when(
      eq(p.params.mode, 'a'),
      () => one,
      () => other,
    );
    p.evaluate(trained);
    const large = p.when(
      gt(score.value, 1),
      () => p.step('large', { run: () => ({ size: 1, kind: 'large' }) }),
      () =>
        p.when(
          gt(score.value, 0),
          () => p.step('small', { run: () => ({ size: 'S' }) }),
          () => p.step('none', { run: () => null }),
        ),
    );
    p.step('sizes', { inputs: { size: large.size }, run: ({ size }) => (typeof size === 'number' ? size : size.length) });
    const branches = p.when(
      eq(p.params.mode, 'b'),
      () => ({ a: p.step('a', { run: () => 1 }) }),
      () => p.step('b', { run: () => '2' }),
    );
    const alone: undefined = p.when(eq(p.params.mode, 'b'), () => text).otherwise;
    const pair: Ref<readonly [number | null, string | null]> = p.join('pair', [branches.met.a, branches.otherwise], {
      mode: 'any',
    });
    const first: Ref<number | string> = p.join('first', [branches.met.a, branches.otherwise], { mode: 'first' });
    p.step('late', { inputs: { first }, run: () => alone ?? null });
    // @ts-expect-error the branches are one reference
    large.met;
    // @ts-expect-error only one of the two has it
    large.kind;
    const mixed = p.when(
      eq(p.params.mode, 'a'),
      () => one,
      () => text,
    );
    // @ts-expect-error a union of a model and a text is no model
    p.evaluate(mixed);
    const both: Ref<readonly [{ readonly value: number }, string]> = p.join('both', [score, text], { mode: 'all' });
    p.step('more', { inputs: { pair, both }, run: ({ pair: [a, b], both: [c, d] }) => [a ?? 0, b ?? '', c.value, d] });
    const looped = p.loop('looped', {
      times: p.params.tries,
      start: { value: 1 },
      body: (previous, round) =>
        p.step('round', { inputs: { previous, round }, run: ({ previous: { value }, round: n }) => ({ value: value + n }) }),
      until: (last) => gt(last.value, 3),
    });
    p.step('after', {
      inputs: { looped, rounds: looped.rounds },
      run: ({ looped: { result, met }, rounds }) => [result.value, met, rounds],
    });
    p.finally('tidy', {
      inputs: { text },
      run: ({ text: words, outcome: { status, failures } }) => [words?.length ?? 0, status, failures.length],
    });

    // @ts-expect-error a field that the result does not have
    score.valeu;
    // @ts-expect-error a field inside a number
    score.value.deeper;
    // @ts-expect-error text compared with a number
    gt(score.label, 1);
    // @ts-expect-error a whole object is no operand
    gt(score, 1);
    // @ts-expect-error not one of the parameter's values
    eq(p.params.mode, 'c');
    // @ts-expect-error not one of the field's values
    eq(score.kind, 'newer');
    // @ts-expect-error no parameter of that name
    lt(p.params.retries, 3);
    // @ts-expect-error a condition is no boolean
    p.when(true, () => text);
    // @ts-expect-error nothing was declared for the other branch
    p.join('nothing', [text, p.when(eq(p.params.name, 'x'), () => text).otherwise], { mode: 'any' });
    // @ts-expect-error no such mode
    p.join('mode', [score, text], { mode: 'some' });
    // @ts-expect-error a join of nothing
    p.join('none', [], { mode: 'all' });
    // @ts-expect-error a model of mode any is a list
    p.evaluate(p.join('list', [one, other], { mode: 'any' }));
    p.loop('wrong-start', {
      times: 2,
      // @ts-expect-error the round does not give what the next one gets
      start: { value: 1 },
      body: () => text,
      until: () => eq(p.params.name, 'x'),
    });
    p.loop('wrong-until', {
      times: 2,
      body: () => text,
      // @ts-expect-error the result of a round is text
      until: (last) => gt(last, 3),
    });
    // @ts-expect-error a loop without a bound
    p.loop('unbound', { body: () => text, until: (last) => eq(last, 'x') });
    p.finally('wrong-null', {
      inputs: { text },
      // @ts-expect-error the step may not have run
      run: ({ text: words }) => words.length,
    });
    p.finally('secretive', { secrets: { key: secret('KEY') }, run: (_, { secrets }) => secrets.key.length });
    // @ts-expect-error the clean-up does not declare this secret
    p.finally('undeclared', { secrets: { key: secret('KEY') }, run: (_, { secrets }) => secrets.kye });
    // @ts-expect-error nothing can follow the clean-up
    p.step('later', { inputs: { tidy: p.finally('early', { run: () => null }) }, run: () => null });
    // @ts-expect-error the name tells how the run ended
    p.finally('taken', { inputs: { outcome: text }, run: () => null });
    // @ts-expect-error no such end
    p.approval('sure', { message: '?', expires: '1 day', onExpiry: 'shrug' });
    // @ts-expect-error approvers are names
    p.approval('who', { message: '?', approvers: [text] });
  },
);
