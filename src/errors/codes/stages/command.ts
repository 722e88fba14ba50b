import type { CodeEntry } from '../../code-entry.js';

export const COMMAND_CODES = {
  COMMAND_FAILED: {
    retryable: false,
    httpStatus: 500,
    cause: 'A program ended with an exit code that says that it failed.',
    cure: 'Read the end of its output and `perennial logs`; a program whose failure may pass writes {"retryable": true} to output/failure.json.',
  },
  COMMAND_NOT_FOUND: {
    retryable: false,
    httpStatus: 404,
    cause: 'A program is not on the PATH of the worker, nor a file where the command names one.',
    cure: 'Install it on the machine of the worker, correct its name, or list the file in `code`.',
  },
  COMMAND_NOT_EXECUTABLE: {
    retryable: false,
    httpStatus: 403,
    cause: 'A file that a command names may not be executed.',
    cure: 'Give it the right (`chmod +x`) and a first line such as #!/bin/sh, or name its interpreter as the program.',
  },
  COMMAND_FILE_MISSING: {
    retryable: false,
    httpStatus: 404,
    cause: 'A script, requirements file or code file that a step names is not on the machine of the worker.',
    cure: 'Start the worker in the folder of the project, or correct the path, which is read from that folder.',
  },
  COMMAND_KILLED: {
    retryable: true,
    httpStatus: 500,
    cause: 'A program was ended by a signal that did not come from the worker.',
    cure: 'Look for what sends it: the machine being taken away, a limit on memory or time, or a crash of the program itself.',
  },
  COMMAND_OUT_OF_MEMORY: {
    retryable: false,
    httpStatus: 500,
    cause: 'A program needed more memory than it could get.',
    cure: 'Give the worker more memory, or let the program work on smaller pieces.',
  },
  COMMAND_DISK_FULL: {
    retryable: true,
    httpStatus: 507,
    cause: 'The disk on which a program works is full.',
    cure: "Free space on the worker's temporary folder (TMPDIR), or give the worker a larger one.",
  },
  COMMAND_OUTPUT_MISSING: {
    retryable: false,
    httpStatus: 500,
    cause: 'A program ended with exit code 0 but did not write a file that its step declares.',
    cure: 'Let the program write it below the folder that PERENNIAL_OUTPUT_DIR or PERENNIAL_MODEL_DIR names, or correct `outputs`.',
  },
  COMMAND_RESULT_INVALID: {
    retryable: false,
    httpStatus: 500,
    cause: 'The file output/result.json of a program is not what its step declares in `result`.',
    cure: 'Let the program write one JSON object with exactly the declared fields.',
  },
  PYTHON_ENVIRONMENT_FAILED: {
    retryable: false,
    httpStatus: 500,
    cause: 'No virtual environment could be made with the Python of the worker.',
    cure: 'Install Python with its `venv` and `pip` modules (on Debian the package python3-venv), or name another in `python`.',
  },
  PYTHON_REQUIREMENTS_FAILED: {
    retryable: false,
    httpStatus: 500,
    cause: 'The requirements of a Python step could not be installed by pip.',
    cure: 'Correct the requirement that pip names at the end of its output, or let the worker reach the package index.',
  },
} as const satisfies Record<string, CodeEntry>;
