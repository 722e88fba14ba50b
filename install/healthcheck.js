// The health check of the image: exit code 0 when the worker or model server of this container is well.
// A worker writes the file PERENNIAL_HEALTH_FILE every ten seconds while it works; a model server answers on its port.
import { statSync } from 'node:fs';

const OLDEST_MS = 40_000;
const LONGEST_ANSWER_MS = 4_000;
const { PERENNIAL_HEALTH_FILE: file = '', PERENNIAL_HEALTH_URL: url = 'http://127.0.0.1:8080/v2/health/live' } = process.env;

function isWorking() {
  const status = file === '' ? undefined : statSync(file, { throwIfNoEntry: false });
  return status !== undefined && Date.now() - status.mtimeMs < OLDEST_MS;
}

async function answers() {
  try {
    const { ok } = await fetch(url, { signal: AbortSignal.timeout(LONGEST_ANSWER_MS) });
    return ok;
  } catch (error) {
    console.error(`${url}: ${error.cause?.code ?? error.message}`);
    return false;
  }
}

process.exitCode = isWorking() || (await answers()) ? 0 : 1;
