import { definePipeline } from 'perennial';

/** A run that waits for a person. */
export default definePipeline('bench-waiting', { params: {} }, (p) => {
  p.gate('release', { message: 'Release?' });
});
