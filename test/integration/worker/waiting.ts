import { definePipeline } from 'perennial-ml';

/** A step, an approval that nobody answers, and steps behind it. */
export default definePipeline('waiting', { params: {} }, (p) => {
  const made = p.step('make', { run: () => 'made' });
  const approved = p.approval('release', { message: 'May it go out?', inputs: { made } });
  p.step('publish', { inputs: { approved }, run: () => 'out' });
  p.step('tell', { inputs: { approved }, run: () => 'told' });
});
