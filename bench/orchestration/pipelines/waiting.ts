import { definePipeline } from 'perennial-ml';

/** A run that waits for a person. */
export default definePipeline('bench-waiting', (p) => {
  p.approval('release', { message: 'Release?' });
});
