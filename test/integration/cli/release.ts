import fs from 'node:fs';
import { definePipeline, param } from 'perennial-ml';

/** An approval that the author of the run may not answer, then a step that blocks while the file of `flag` is absent. */
export default definePipeline('release', { params: { flag: param.string() } }, (p) => {
  const approved = p.approval('approval', { message: 'May it go out?', fourEyes: true });
  p.step('publish', {
    inputs: { approved },
    onFailure: 'block',
    retry: { maximumAttempts: 1 },
    run: ({ approved: { by } }, { parameters }) => {
      const { flag } = parameters;
      if (typeof flag !== 'string' || !fs.existsSync(flag)) throw new Error('the flag is not there');
      return { approvedBy: by };
    },
  });
});
