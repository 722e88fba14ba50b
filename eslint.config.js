import js from '@eslint/js';
import tseslint from 'typescript-eslint';

// A block of rules replaces the `no-restricted-syntax` of the blocks before it, so each block lists all that it wants.
const startQueue = {
  selector:
    "MemberExpression[property.name='taskQueue'][object.name='info'], MemberExpression[property.name='taskQueue'][object.property.name='info'], VariableDeclarator[init.name='info'] Property[key.name='taskQueue'], VariableDeclarator[init.property.name='info'] Property[key.name='taskQueue']",
  message:
    'Workflows start on what src/worker/start-queue.ts says: the queue of an activity may be one of a pool, where none begins.',
};
const thrownText = {
  selector:
    "CallExpression[callee.name='String'][arguments.0.name=/^(e|err|error|cause|reason|thrown|failure)$/], CallExpression[callee.name='String'][arguments.0.property.name='message'], ConditionalExpression[test.type='CallExpression'][test.callee.name='isNativeError'][consequent.property.name='message'], ConditionalExpression[test.operator='instanceof'][test.right.name=/Error$/][consequent.property.name='message']",
  message:
    'What was thrown is put into words by reasonOf of src/errors/describe-thrown.ts: it says the causes too and withstands anything that may be thrown.',
};
const openStream = {
  selector: "CallExpression[callee.object.name='connection'][callee.property.name='stream']",
  message: 'A result that is read in parts is read by streamRows, which counts its rows: another statement would end it early.',
};
const ownEngine = {
  selector: "MemberExpression[object.name='DuckDBInstance'][property.name=/^(create|fromCache)$/]",
  message:
    'Engines are opened by openDuckDb, which sets limits and turns off the cache that reads an old file in the place of a new one.',
};
const parsedStore = {
  selector: "CallExpression[callee.object.name='JSON'][callee.property.name='parse']",
  message: 'What lies in the store is read by parseJson or parseRecord, which bound and check it.',
};

const plainObject = {
  selector:
    "LogicalExpression[operator='||'][left.type='LogicalExpression'][left.right.right.value=null][right.callee.property.name='isArray'], LogicalExpression[operator='&&'][left.type='LogicalExpression'][left.right.right.value=null][right.type='UnaryExpression'][right.argument.callee.property.name='isArray']",
  message: 'Whether a value is an object and no list is told by isPlainObject or isJsonObject of src/contracts/json.ts.',
};
const quotedSql = {
  selector:
    'CallExpression[callee.property.name=/^replace(All)?$/][arguments.1.value=\'""\'], CallExpression[callee.property.name=/^replace(All)?$/][arguments.1.value="\'\'"]',
  message: 'Names and texts become SQL by identifier and literal of src/contracts/sql-text.ts.',
};
const jsonDraft = {
  selector:
    "Property[key.name='mediaType'][value.value='application/json'], CallExpression[arguments.0.value=/[.]json$/][arguments.1.value='application/json']",
  message: 'Files of JSON in an artifact are made by jsonFile of src/store/artifacts/json-file.ts.',
};
const ownQuantile = {
  selector:
    "MemberExpression[computed=true] > BinaryExpression.property CallExpression[callee.object.name='Math'] MemberExpression[property.name='length'], MemberExpression[computed=true] > CallExpression.property[callee.object.name='Math'] MemberExpression[property.name='length'], VariableDeclarator > BinaryExpression.init[operator='/'][left.property.name='length'][right.value=2], FunctionDeclaration[id.name=/quantile|percentile|median|nearestRank/i], VariableDeclarator[id.name=/quantile|percentile|median|nearestRank/i][init.type=/Function/]",
  message: 'Quantiles are taken by quantile, nearestRank, median or bucketOfRank of src/metrics/quantiles.ts.',
};
const onePlace = [plainObject, quotedSql, jsonDraft, ownQuantile];
const EFFECTS = [startQueue, thrownText, openStream, ownEngine, ...onePlace];
const STORED = [...EFFECTS, parsedStore];

/** The block of the one file that may do what a rule forbids everywhere else. */
const without = (rule, rules, file) => ({
  files: [file],
  rules: { 'no-restricted-syntax': ['error', ...rules.filter((one) => one !== rule)] },
});

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'create/templates/',
      'node_modules/',
      '.perennial/',
      'coverage/',
      '**/*.js',
      '**/*.cjs',
      '**/*.mjs',
      'test/types/',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      'max-lines': ['error', { max: 400, skipComments: true, skipBlankLines: true }],
      'no-console': 'error',
    },
  },
  { files: ['src/**/*.{ts,tsx}', 'activities/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...EFFECTS] } },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', thrownText, ...onePlace],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'fetch', 'crypto', 'performance', 'structuredClone'],
      'no-restricted-imports': [
        'error',
        {
          patterns: ['node:*', 'fs', 'path', 'crypto'],
          paths: [
            {
              name: '@temporalio/workflow',
              importNames: ['proxyLocalActivities'],
              message: 'Use localActivities: answers that come together on replay must be given one at a time.',
            },
          ],
        },
      ],
    },
  },
  {
    files: [
      'src/{cache,data,evaluation,features,logs,metrics,monitoring,registry,runs,store,training,triggers}/**/*.ts',
      'src/worker/step/**/*.ts',
    ],
    ignores: ['src/store/json/parse-json.ts', 'src/cache/code/package-version.ts'],
    rules: { 'no-restricted-syntax': ['error', ...STORED] },
  },
  without(plainObject, EFFECTS, 'src/contracts/json.ts'),
  without(quotedSql, EFFECTS, 'src/contracts/sql-text.ts'),
  without(thrownText, EFFECTS, 'src/errors/describe-thrown.ts'),
  without(openStream, STORED, 'src/data/stream-rows.ts'),
  without(ownEngine, STORED, 'src/data/duckdb.ts'),
  without(ownQuantile, STORED, 'src/metrics/quantiles.ts'),
  without(jsonDraft, STORED, 'src/store/artifacts/json-file.ts'),
  { files: ['test/**/*.ts'], rules: { 'max-lines': ['error', { max: 600 }], '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['scripts/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'], rules: { 'no-console': 'off' } },
);
