// Checked by `npm run typecheck`: every line under an expectation must not compile.
import { definePipeline, param, partitionsOf, range } from '../../src/index.js';
import type { ItemList, MapResult, Ref } from '../../src/index.js';

const priced = definePipeline('priced', { params: { count: param.integer(), currency: param.string({ default: 'EUR' }) } }, (p) =>
  p.step('price', { run: () => ({ total: 3 }) }),
);
const silent = definePipeline('silent', { params: {} }, (p) => {
  p.step('nothing', { run: () => null });
});

export const good = definePipeline('good', { params: { n: param.integer(), name: param.string() } }, (p) => {
  const words = p.step('words', { run: () => ['a', 'b'] });
  const lengths: Ref<MapResult<number>> = p.map('lengths', words, (word, index) =>
    p.step('length', { inputs: { word, index }, run: (inputs) => inputs.word.length + inputs.index }),
  );
  const published: Ref<ItemList<{ id: number }>> = p.step('published', {
    run: (_inputs, context) => context.publishItems([{ id: 1 }]),
  });
  p.map('ids', published, (item) => p.step('id', { inputs: { item }, run: (inputs) => inputs.item.id.toFixed() }));
  const nothing: Ref<MapResult<null>> = p.map('nothing', range(p.params.n), () => {
    p.step('quiet', { run: () => null });
  });
  p.map('again', lengths, (length) => p.step('more', { inputs: { length }, run: (inputs) => (inputs.length ?? 0) + 1 }));
  const called: Ref<{ total: number }> = p.call('priced', priced, { params: { count: p.params.n } });
  const count = p.step('count', { run: () => 3 });
  p.call('referenced', priced, { params: { count, currency: p.params.name } });
  const none: Ref<null> = p.call('silent', silent);
  p.step('read', {
    inputs: { lengths, nothing, called, none },
    run: async (inputs, context) => {
      let sum = inputs.called.total;
      for await (const length of context.items(inputs.lengths)) sum += length ?? 0;
      return sum;
    },
  });
});

export const wrong = definePipeline('wrong', { params: { n: param.integer(), name: param.string() } }, (p) => {
  const words = p.step('words', { run: () => ['a', 'b'] });
  const one = p.step('one', { run: () => 1 });

  // @ts-expect-error: the items are texts
  p.map('a', words, (word) => p.step('a1', { inputs: { word }, run: (inputs) => inputs.word * 2 }));

  // @ts-expect-error: a number is no list
  p.map('b', one, () => p.step('b1', { run: () => null }));

  // @ts-expect-error: a parameter that is a text is no count
  range(p.params.name);

  // @ts-expect-error: a list of texts is no data set
  partitionsOf(words);

  const maybe = p.map('c', words, (word) => p.step('c1', { inputs: { word }, run: (inputs) => inputs.word.length }));
  p.step('c2', {
    inputs: { maybe },
    run: async (inputs, context) => {
      let sum = 0;
      // @ts-expect-error: an item that failed has no result
      for await (const length of context.items(inputs.maybe)) sum += length;
      return sum;
    },
  });

  // @ts-expect-error: the result of a map is read through the context
  p.step('c3', { inputs: { maybe }, run: (inputs) => inputs.maybe.length });

  // @ts-expect-error: `count` is missing
  p.call('d', priced);

  // @ts-expect-error: `count` is a number
  p.call('e', priced, { params: { count: 'three' } });

  // @ts-expect-error: `count` is a number, the step gives texts
  p.call('f', priced, { params: { count: words } });

  // @ts-expect-error: there is no parameter `size`
  p.call('g', priced, { params: { count: 1, size: 2 } });

  // @ts-expect-error: a parameter that is a text is no number
  p.call('h', priced, { params: { count: p.params.name } });

  // @ts-expect-error: the called pipeline gives no text
  const text: Ref<string> = p.call('i', priced, { params: { count: 1 } });
  return text;
});
