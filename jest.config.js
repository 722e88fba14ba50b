const level = (name, timeout) => ({
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
  testTimeout: timeout,
});

export default {
  projects: [
    level('unit', 20_000),
    level('contract', 60_000),
    level('replay', 60_000),
    level('docs', 60_000),
    level('integration', 180_000),
    level('faults', 180_000),
    level('examples', 300_000),
  ],
};
