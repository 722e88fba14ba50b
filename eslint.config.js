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
    "LogicalExpression[operator='&&'][left.type='LogicalExpression'][left.right.right.value=null][right.type='UnaryExpression'][right.argument.callee.property.name='isArray']",
  message: 'Whether a value is an object and no list is told by isPlainObject or isJsonObject of src/contracts/json.ts.',
};
const quotedSql = {
  selector:
    'CallExpression[callee.property.name=/^replace(All)?$/][arguments.1.value=\'""\'], CallExpression[callee.property.name=/^replace(All)?$/][arguments.1.value="\'\'"]',
  message: 'Names and texts become SQL by identifier and literal of src/contracts/sql-text.ts.',
};
const jsonDraft = {
  selector: "Property[key.name='mediaType'][value.value='application/json']",
  message: 'Files of JSON in an artifact are made by jsonFile of src/store/artifacts/json-file.ts.',
};
const onePlace = [plainObject, quotedSql, jsonDraft];

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
  {
    files: ['src/**/*.{ts,tsx}', 'activities/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', startQueue, thrownText, openStream, ownEngine, ...onePlace] },
  },
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
    rules: { 'no-restricted-syntax': ['error', startQueue, thrownText, openStream, ownEngine, parsedStore, ...onePlace] },
  },
  {
    files: [
      'src/contracts/{json,sql-text}.ts',
      'src/data/stream-rows.ts',
      'src/errors/describe-thrown.ts',
      'src/store/artifacts/json-file.ts',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['src/data/duckdb.ts'],
    rules: { 'no-restricted-syntax': ['error', startQueue, thrownText, openStream, parsedStore, ...onePlace] },
  },
  { files: ['test/**/*.ts'], rules: { 'max-lines': ['error', { max: 600 }], '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['scripts/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'], rules: { 'no-console': 'off' } },
);
