/** The arrows of ARCHITECTURE.md. A type-only import is free: it leaves nothing at run time. */
const value = { dependencyTypesNot: ['type-only'] };
const HEAVY = 'node_modules/(@temporalio|@duckdb|onnxruntime|fastify|piscina|@aws-sdk)';
/** The folders whose files are one kind each: `src/validation/checks/not-null.ts`. */
const KINDS =
  '^src/([^/]+/(checks|transforms|splits|labels|trainers|metrics|gates|statistics|sources|rollouts|notifiers|triggers|stores)/|kinds/|catalogues/)';
/** What each room of src may import beside `contracts` and `errors`, types included; the table of ARCHITECTURE.md in the same words. */
const ROOMS = {
  schema: ['store'],
  secrets: ['store'],
  logs: ['store'],
  command: ['pipeline', 'schema', 'store'],
  store: ['kinds', 'modules'],
  registry: ['store'],
  pipeline: ['kinds', 'metrics', 'modules', 'onnx', 'schema', 'store'],
  onnx: [],
  kinds: [],
  catalogues: [
    ...[
      'data',
      'evaluation',
      'features',
      'metrics',
      'monitoring',
      'notices',
      'pipeline',
      'rollout',
      'schema',
      'training',
      'triggers',
    ],
    'validation',
  ],
  modules: [],
  cache: ['kinds', 'modules', 'pipeline', 'store'],
  runs: ['cache', 'metrics', 'pipeline', 'store'],
  data: ['kinds', 'modules', 'pipeline', 'schema', 'store'],
  validation: ['data', 'kinds', 'modules', 'pipeline', 'schema', 'store'],
  features: ['data', 'kinds', 'modules', 'onnx', 'pipeline', 'profiles', 'schema', 'store'],
  training: ['data', 'features', 'kinds', 'modules', 'onnx', 'pipeline', 'store'],
  report: [],
  notices: ['kinds', 'modules', 'pipeline', 'secrets'],
  predictions: ['data', 'store'],
  rollout: ['kinds', 'modules', 'pipeline', 'registry'],
  serving: ['onnx', 'predictions', 'registry', 'store'],
  metrics: ['kinds', 'modules'],
  evaluation: ['data', 'kinds', 'metrics', 'onnx', 'pipeline', 'profiles', 'registry', 'report', 'serving', 'store'],
  profiles: ['store'],
  monitoring: ['data', 'kinds', 'metrics', 'modules', 'pipeline', 'predictions', 'profiles', 'registry', 'report', 'store'],
  garbage: ['predictions', 'store'],
  triggers: ['data', 'kinds', 'modules', 'pipeline', 'registry', 'store'],
  temporal: ['store'],
  config: ['pipeline', 'secrets', 'store'],
  deploy: ['pipeline', 'store', 'temporal'],
  client: ['pipeline', 'runs', 'schema', 'store', 'temporal'],
  worker: [
    'cache',
    'command',
    'garbage',
    'kinds',
    'logs',
    'modules',
    'pipeline',
    'runs',
    'schema',
    'secrets',
    'store',
    'temporal',
  ],
};

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `arrows-of-src-${room}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${['contracts', 'errors', room, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, ...value } },
    {
      name: 'contracts-and-errors-import-nothing',
      severity: 'error',
      from: { path: '^src/(contracts|errors)/' },
      to: { pathNot: '^src/(contracts|errors)/' },
    },
    {
      name: 'sandbox-code-imports-only-plain-shapes',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: [
          '^workflows/',
          '^src/(contracts|errors)/',
          '^src/pipeline/interpreter/',
          'node_modules/@temporalio/(workflow|common)',
        ],
        ...value,
      },
    },
    {
      name: 'only-composition-roots-import-activities-and-workflows',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(worker|testing)/' },
      to: { path: '^(activities|workflows)/', ...value },
    },
    {
      name: 'authoring-imports-no-temporal-and-no-native-module',
      severity: 'error',
      from: { path: '^src/(index\\.ts|schema/|pipeline/)' },
      to: { path: [HEAVY, '^src/(worker|client|cli|serving|training|data|temporal)/'], ...value },
    },
    {
      // The files of the kinds are loaded by the authoring door. What they import in turn is held by test/unit/authoring/light-door.test.ts.
      name: 'files-of-kinds-import-no-temporal-and-no-native-module',
      severity: 'error',
      from: { path: KINDS },
      to: { path: [HEAVY, '^src/(worker|client|cli|serving|temporal)/'], ...value },
    },
    {
      name: 'catalogues-name-kinds-only',
      severity: 'error',
      from: { path: '^src/catalogues/' },
      to: { pathNot: [KINDS, '^src/(pipeline|schema)/'] },
    },
    {
      name: 'pure-rooms-know-no-temporal',
      severity: 'error',
      from: {
        path: '^src/(store|secrets|logs|command|data|validation|features|training|metrics|profiles|evaluation|registry|rollout|serving|monitoring|predictions|notices|onnx)/',
      },
      to: { path: ['node_modules/@temporalio', '^src/(worker|client|cli|temporal|testing)/'], ...value },
    },
    {
      name: 'cli-and-testing-are-leaves',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|testing)/' },
      to: { path: '^src/(cli|testing)/', ...value },
    },
    {
      name: 'examples-import-the-package-by-name',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|workflows|activities)/' },
    },
    {
      name: 'nobody-imports-the-door',
      severity: 'error',
      from: { path: '^(src|workflows|activities)/' },
      to: { path: '^src/index\\.ts$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: ['node_modules', '^dist/'] },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'], conditionNames: ['import', 'types', 'default'] },
  },
};
