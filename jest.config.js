const level = (name) => ({
  displayName: name,
  rootDir: import.meta.dirname,
  // Jest reads what lies in here before it starts; what tests import is found without.
  roots: [`<rootDir>/test/${name}`],
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  // With the typed arrays of native modules, and globals as fast as outside of Jest.
  testEnvironment: '<rootDir>/test/jest-environment.js',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { module: { type: 'es6' }, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
  },
  // Tests name the sources and run the build: worker threads, workflow bundles and child processes are the real ones.
  moduleNameMapper: {
    '^(?:\\.{1,2}/)+(src|workflows|activities)/(.*)\\.js$': '<rootDir>/dist/$1/$2.js',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
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
