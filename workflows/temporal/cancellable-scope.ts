import { CancellationScope } from '@temporalio/workflow';
import type { Cancellable } from './cancellable.js';

/** Work in a scope of its own below `parent`. */
export function cancellable<T>(parent: CancellationScope, work: () => Promise<T>): Cancellable<T> {
  const scope = new CancellationScope({ cancellable: true, parent });
  return {
    done: scope.run(work),
    cancel: () => {
      scope.cancel();
    },
  };
}
