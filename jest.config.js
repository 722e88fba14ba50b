const level = (name) => ({
  displayName: name,
  rootDir: import.meta.dirname,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  // ONNX Runtime's native typed arrays must be instances of the classes that the tests see.
  testEnvironment: '<rootDir>/test/shared-typed-arrays.js',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { module: { type: 'es6' }, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
  },
  // Tests name the sources and run the build: worker threads, workflow bundles and child processes are the real ones.
  moduleNameMapper: {
    '^(?:\\.{1,2}/)+(src|workflows|activities)/(.*)\\.js$': '<rootDir>/dist/$1/$2.js',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/.perennial'],
});

export default {
  testTimeout: 180_000,
  testSequencer: '<rootDir>/test/slowest-first.js',
  projects: [
    level('unit'),
    level('contract'),
    level('replay'),
    level('docs'),
    level('integration'),
    level('faults'),
    level('examples'),
  ],
};
