import { definePipeline } from 'perennial';

/** A step, and then a gate that nobody answers. */
export default definePipeline('waiting', { params: {} }, (p) => {
  const made = p.step('make', { run: () => 'made' });
  p.gate('release', { message: 'May it go out?', inputs: { made } });
});
