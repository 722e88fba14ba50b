import type { CodeEntry } from '../../code-entry.js';

export const TRAINING_CODES = {
  TRAINING_PARAMETER_INVALID: {
    retryable: false,
    httpStatus: 400,
    cause: 'Hyperparameters of the trainer are outside their ranges.',
    cure: 'Correct the named hyperparameters in the train stage.',
  },
  TRAINING_NO_ROWS: {
    retryable: false,
    httpStatus: 422,
    cause: 'The training split has too few rows to grow a tree.',
    cure: 'Widen the window of the ingest stage, shorten the test split, or lower `minRowsInLeaf`.',
  },
  TRAINING_SINGLE_CLASS: {
    retryable: false,
    httpStatus: 422,
    cause: 'Every training row has the same label, so there is nothing to tell apart.',
    cure: 'Correct the SQL of the label, or widen the window until both classes occur.',
  },
  TRAINING_NOT_FINITE: {
    retryable: false,
    httpStatus: 422,
    cause: 'Labels are not finite numbers (or not 0 and 1 for a binary task), or the loss left the range of numbers.',
    cure: 'Correct the SQL of the label, or lower the learning rate.',
  },
  TRAINING_THREAD_FAILED: {
    retryable: true,
    httpStatus: 500,
    cause: 'A training thread died or ran out of memory.',
    cure: 'Run the step on a worker with more memory, or train on fewer rows.',
  },
  TRAINING_GRAPH_DIFFERS: {
    retryable: false,
    httpStatus: 500,
    cause:
      'On rows of the training, the exported graph computes other features or scores than training did: it would serve another model.',
    cure: 'Report it with the transforms of the named feature; leave that feature out until it is mended.',
  },
  ONNX_GRAPH_INVALID: {
    retryable: false,
    httpStatus: 500,
    cause: 'A graph under construction names a value twice or reads one that nothing makes.',
    cure: 'Report this with the message: it is a defect of the exporter.',
  },
  ONNX_CORRUPT: {
    retryable: false,
    httpStatus: 422,
    cause: 'The bytes are not a whole ONNX model.',
    cure: 'Export the model again, and compare its size and hash with the origin.',
  },
  ONNX_NOT_ALLOWED: {
    retryable: false,
    httpStatus: 422,
    cause:
      'The ONNX model uses something that models here may not: other operators, subgraphs, external files, or too much memory.',
    cure: 'Export the model as one self-contained file of standard operators.',
  },
  ONNX_LOAD_FAILED: {
    retryable: false,
    httpStatus: 422,
    cause: 'ONNX Runtime cannot load the model.',
    cure: 'Read the message of the runtime; usually an operator does not support the type of its input, or the opset is too new.',
  },
  ONNX_RUN_FAILED: {
    retryable: false,
    httpStatus: 500,
    cause: 'ONNX Runtime could not finish a call of the model.',
    cure: 'Read the message of the runtime, and score one row at a time to find the one that it refuses.',
  },
  ONNX_SIGNATURE_MISMATCH: {
    retryable: false,
    httpStatus: 422,
    cause: 'The inputs or outputs of the graph are not those of its signature.',
    cure: 'Write the signature and the graph from the same schema.',
  },
  ONNX_INPUT_INVALID: {
    retryable: false,
    httpStatus: 400,
    cause: 'The columns given to a model are not those that it takes.',
    cure: 'Give every input exactly once, with its type and one value for each row.',
  },
} as const satisfies Record<string, CodeEntry>;
