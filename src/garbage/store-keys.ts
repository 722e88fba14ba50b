/** What is in a store, and when it may go. One row for each kind of key that anything of ours writes; `docs/store.md` shows the same. */
export interface KeyRow {
  readonly kind: string;
  /** As documents write it. */
  readonly forms: readonly string[];
  readonly pattern: RegExp;
  /** What keeps it in the store. */
  readonly keptBy: string;
  /** When garbage collection removes it. */
  readonly goes: string;
  /** Source files that write such keys. */
  readonly writers: readonly string[];
}

const NEVER = 'never';

const ROWS = [
  {
    kind: 'object',
    forms: ['objects/<sha256>'],
    pattern: /^objects\/[0-9a-f]{64}$/,
    keptBy: 'the manifest of an artifact that stays',
    goes: 'when nothing that stays names its hash',
    writers: ['src/store/artifacts/create-artifact-store.ts'],
  },
  {
    kind: 'artifact',
    forms: ['artifacts/<kind>/<id>.json'],
    pattern: /^artifacts\/[^/]+\/[0-9a-f]{16}\.json$/,
    keptBy: 'any record that stays and names its id, an artifact made from it, the run that made it',
    goes: 'when nothing that stays names its id',
    writers: ['src/store/artifacts/create-artifact-store.ts'],
  },
  {
    kind: 'origin',
    forms: ['artifacts/<kind>/<id>/produced-by/<workflow>.<step>.json'],
    pattern: /^artifacts\/[^/]+\/[0-9a-f]{16}\/produced-by\/[^/]+\.json$/,
    keptBy: 'its artifact',
    goes: 'with its artifact',
    writers: ['src/store/artifacts/create-artifact-store.ts'],
  },
  {
    kind: 'lineage',
    forms: ['lineage/<id>/<kind>-<id>.json'],
    pattern: /^lineage\/[0-9a-f]{16}\/[a-z-]+-[0-9a-f]{16}\.json$/,
    keptBy: 'the artifact that was made',
    goes: 'with the artifact that was made',
    writers: ['src/store/artifacts/create-artifact-store.ts'],
  },
  {
    kind: 'model',
    forms: [
      'models/<model>/versions/<n>.json',
      'models/<model>/log/<n>.json',
      'models/<model>/log-checkpoints/1/<n>.json',
      'models/<model>/aliases/<alias>.json',
    ],
    pattern: /^models\//,
    keptBy: 'itself',
    goes: NEVER,
    writers: ['src/registry/version-records.ts', 'src/registry/alias-records.ts', 'src/registry/registry-log.ts'],
  },
  {
    kind: 'replica',
    forms: ['endpoints/<endpoint>/replicas/<replica>.json'],
    pattern: /^endpoints\/[^/]+\/replicas\/[^/]+\.json$/,
    keptBy: 'a model server that lives',
    goes: 'when it was not written for the time of grace',
    writers: ['src/registry/endpoints.ts'],
  },
  {
    kind: 'endpoint',
    forms: ['endpoints/<endpoint>/config.json', 'endpoints/<endpoint>/log/<revision>.json'],
    pattern: /^endpoints\//,
    keptBy: 'itself',
    goes: NEVER,
    writers: ['src/registry/endpoints.ts'],
  },
  {
    kind: 'predictions',
    forms: ['predictions/<endpoint>/<day>/...parquet'],
    pattern: /^predictions\//,
    keptBy: 'itself',
    goes: 'when its rows are in a folded file',
    writers: ['src/serving/prediction-log/log-writer.ts', 'src/predictions/fold-day.ts'],
  },
  {
    kind: 'predictions index',
    forms: ['prediction-index/<endpoint>/<day>_...json'],
    pattern: /^prediction-index\//,
    keptBy: 'itself',
    goes: NEVER,
    writers: ['src/predictions/day-index.ts'],
  },
  {
    kind: 'predictions aside',
    forms: ['predictions-aside/<endpoint>/<day>/...jsonl'],
    pattern: /^predictions-aside\//,
    keptBy: 'itself',
    goes: NEVER,
    writers: ['src/serving/prediction-log/log-writer.ts'],
  },
  {
    kind: 'monitor',
    forms: ['monitors/<model>/config.json', 'monitors/<model>/windows/<from>.<phase>.json'],
    pattern: /^monitors\//,
    keptBy: 'itself',
    goes: NEVER,
    writers: ['src/monitoring/monitor-record.ts', 'src/monitoring/windows/window-history.ts'],
  },
  {
    kind: 'cursor',
    forms: ['cursors/<pipeline>/<step>.json'],
    pattern: /^cursors\//,
    keptBy: 'itself',
    goes: NEVER,
    writers: ['src/data/cursor.ts'],
  },
  {
    kind: 'data set',
    forms: ['datasets/<name>/log/<n>.json', 'datasets/<name>/log-checkpoints/1/<n>.json', 'datasets/<name>/latest.json'],
    pattern: /^datasets\//,
    keptBy: 'itself',
    goes: NEVER,
    writers: ['src/data/datasets/published-datasets.ts'],
  },
  {
    kind: 'trigger',
    forms: ['triggers/<kind>/<name>/<pipeline>.json'],
    pattern: /^triggers\//,
    keptBy: 'itself',
    goes: NEVER,
    writers: ['src/triggers/subscriptions.ts'],
  },
  {
    kind: 'cache lease',
    forms: ['cache/leases/<key>.json'],
    pattern: /^cache\/leases\//,
    keptBy: 'a run that computes',
    goes: 'when it was not written for the time of grace',
    writers: ['src/store/claims/lease.ts'],
  },
  {
    kind: 'cache step',
    forms: ['cache/steps/<pipeline>/<step>.json'],
    pattern: /^cache\/steps\//,
    keptBy: 'a step that ran within the time that runs are kept',
    goes: 'when its step did not run for that time',
    writers: ['src/cache/last-components.ts'],
  },
  {
    kind: 'cache entry',
    forms: ['cache/<key>.json'],
    pattern: /^cache\/[0-9a-f]{64}\.json$/,
    keptBy: 'a run that made or took it within the time that runs are kept',
    goes: 'when no run took it for that time',
    writers: ['src/cache/cache-entry.ts'],
  },
  {
    kind: 'run',
    forms: [
      'runs/<workflow>/<run>/<activity>.json',
      'runs/<workflow>/<run>/manifest.json',
      'runs/<workflow>/<run>/decisions/<n>.json',
      'runs/<workflow>/<run>/control/<activity>.json',
    ],
    pattern: /^runs\/[^/]+\/[^/]+\//,
    keptBy: 'the run while it is open, the time that runs are kept, a version of a model that it made',
    goes: 'when the run is over and its time has passed',
    writers: [
      'src/worker/step/step-record.ts',
      'src/runs/manifest-store.ts',
      'src/worker/handlers/decision-records.ts',
      'src/worker/step/attempt/step-orders.ts',
    ],
  },
  {
    kind: 'run index',
    forms: ['run-index/<pipeline>/<age>-<run>.json'],
    pattern: /^run-index\/[^/]+\/\d+-[^/]+\.json$/,
    keptBy: 'its run',
    goes: 'with its run',
    writers: ['src/runs/manifest-store.ts'],
  },
  {
    kind: 'checkpoint',
    forms: ['checkpoints/<workflow>/<run>/<operation>/<n>'],
    pattern: /^checkpoints\/[^/]+\/[^/]+\//,
    keptBy: 'its run while it is open or may be recovered',
    goes: 'with its run; when the run has ended without a failed step',
    writers: ['src/worker/step/checkpoints/checkpoints.ts', 'src/worker/step/checkpoints/checkpoint-folder.ts'],
  },
  {
    kind: 'log',
    forms: ['logs/<workflow>/<run>/<activity>/<attempt>/<time>-<n>.jsonl'],
    pattern: /^logs\/[^/]+\/[^/]+\//,
    keptBy: 'its run',
    goes: 'with its run',
    writers: ['src/logs/log-writer.ts'],
  },
  {
    kind: 'project',
    forms: ['project/id.json'],
    pattern: /^project\/id\.json$/,
    keptBy: 'itself',
    goes: NEVER,
    writers: ['src/store/project.ts'],
  },
  {
    kind: 'probe',
    forms: ['probes/<uuid>'],
    pattern: /^probes\//,
    keptBy: 'nothing',
    goes: 'when the process that left it was killed',
    writers: ['src/store/prove-rights.ts', 'src/garbage/store-clock.ts'],
  },
  {
    kind: 'hold',
    forms: ['holds/<uuid>.json'],
    pattern: /^holds\//,
    keptBy: 'the time of grace',
    goes: 'when the time of grace has passed',
    writers: ['src/store/claims/holds.ts'],
  },
  {
    kind: 'gc lease',
    forms: ['gc/lease.json'],
    pattern: /^gc\/lease\.json$/,
    keptBy: 'itself',
    goes: NEVER,
    writers: ['src/store/claims/lease.ts'],
  },
  {
    kind: 'condemned',
    forms: ['gc/condemned/<uuid>.json'],
    pattern: /^gc\/condemned\//,
    keptBy: 'a garbage collection that is removing',
    goes: 'when the collection that left it was killed',
    writers: ['src/garbage/sweep.ts'],
  },
] as const satisfies readonly KeyRow[];

export type KeyKind = (typeof ROWS)[number]['kind'] | 'other';

export const STORE_KEYS: readonly (KeyRow & { readonly kind: KeyKind })[] = ROWS;

/** The kind of a key; `other` is nothing of ours, which nobody touches. */
export const kindOfKey = (key: string): KeyKind => STORE_KEYS.find(({ pattern }) => pattern.test(key))?.kind ?? 'other';
