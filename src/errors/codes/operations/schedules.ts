import type { CodeEntry } from '../../code-entry.js';

/** Schedules, deployment and back-fill. */
export const SCHEDULES_CODES = {
  SCHEDULES_NOT_FOUND: {
    retryable: false,
    httpStatus: 404,
    cause: 'The server has no schedule of that name.',
    cure: 'List them with `perennial schedules list`; create those of a pipeline file with `perennial deploy FILE`.',
  },
  SCHEDULES_NOT_OURS: {
    retryable: false,
    httpStatus: 409,
    cause: 'A schedule of the same id exists that `perennial deploy` did not create.',
    cure: 'Rename the schedule in the pipeline file, or delete the other one: perennial schedules delete NAME.',
  },
  SCHEDULES_SCHEDULED_TIME: {
    retryable: false,
    httpStatus: 400,
    cause: 'A `$scheduledTime` in the parameters of a run cannot be read.',
    cure: "Write scheduledTime({ offset: '-1 day', format: 'date' }) in the pipeline file and deploy it again.",
  },
  DEPLOY_NOT_CONFIRMED: {
    retryable: false,
    httpStatus: 400,
    cause: 'Changes are to be applied and nobody is there to be asked.',
    cure: 'Read the plan above (or with --dry-run), then repeat with --yes.',
  },
  DEPLOY_BREAKS_RUNS: {
    retryable: false,
    httpStatus: 409,
    cause:
      'Open runs cannot go on with this build: their histories do not replay against it, or it lacks steps that are before them.',
    cure: 'Let the named runs finish first, or deploy this build beside the old one: `perennial worker --deployment NAME`, docs/versions.md.',
  },
  DEPLOY_VERSION_UNKNOWN: {
    retryable: true,
    httpStatus: 409,
    cause: 'No worker of that deployment and build id has polled the queue yet.',
    cure: 'Start `perennial worker FILE --deployment NAME --build-id ID`, then set it current.',
  },
  BACKFILL_RANGE: {
    retryable: false,
    httpStatus: 400,
    cause: 'The range of a back-fill cannot be cut into partitions.',
    cure: "Give --from and --to as ISO dates, from before to, and --every as a length such as '1 day', '6 hours' or '1 month'.",
  },
  BACKFILL_PARAMETERS: {
    retryable: false,
    httpStatus: 400,
    cause: 'A back-fill does not know which parameters of the pipeline get the bounds of a partition.',
    cure: 'Name them with --param-from and --param-to.',
  },
  BACKFILL_RUNNING: {
    retryable: false,
    httpStatus: 409,
    cause: 'A back-fill of this name is under way.',
    cure: 'Follow it with --resume, or give the new one a --name of its own.',
  },
  BACKFILL_NOT_FOUND: {
    retryable: false,
    httpStatus: 404,
    cause: 'No back-fill of this name is under way.',
    cure: 'Give the same range or --name that it was started with.',
  },
  BACKFILL_OWNED_ELSEWHERE: {
    retryable: false,
    httpStatus: 409,
    cause: 'A pipeline of the same name, of another store, has run this partition in this namespace.',
    cure: 'Rename the pipeline or use another namespace: your store does not have the results of the other one.',
  },
  SCHEDULES_OWNED_ELSEWHERE: {
    retryable: false,
    httpStatus: 409,
    cause: 'A pipeline of the same name, of another store, has deployed schedules of the same names in this namespace.',
    cure: 'Rename the pipeline, use another namespace, or take the schedules over with `perennial deploy FILE --take-over "why"`.',
  },
} as const satisfies Record<string, CodeEntry>;
