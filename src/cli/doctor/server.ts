import { isPipelineError } from '../../errors/pipeline-error.js';
import { connect, connectionOptions } from '../../temporal/connection.js';
import { missingSearchAttributes } from '../../temporal/search-attributes.js';
import { fail, ok } from './check.js';
import type { Check, CheckContext } from './check.js';

const settingsOf = ({ address, namespace }: CheckContext): { address?: string; namespace?: string } => ({
  ...(address === undefined ? {} : { address }),
  ...(namespace === undefined ? {} : { namespace }),
});

export const serverReachable: Check = {
  name: 'Temporal server',
  run: async (context) => {
    const target = connectionOptions(settingsOf(context));
    try {
      const connection = await connect(settingsOf(context));
      const { serverVersion } = await connection.workflowService.getSystemInfo({});
      await connection.close();
      return ok(`${target.address}, namespace ${target.namespace}, server ${serverVersion}`);
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      const cure =
        error.code === 'TEMPORAL_UNREACHABLE' ? 'perennial dev  # or set TEMPORAL_ADDRESS to a server that runs' : error.message;
      return fail(`${error.parts.what} (${target.address})`, cure);
    }
  },
};

export const searchAttributes: Check = {
  name: 'Search attributes',
  run: async (context) => {
    const { address, namespace } = connectionOptions(settingsOf(context));
    let connection: Awaited<ReturnType<typeof connect>>;
    try {
      connection = await connect(settingsOf(context));
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      return fail('not checked: no server', 'perennial dev');
    }
    try {
      const absent = await missingSearchAttributes(connection, namespace);
      return absent.length === 0
        ? ok(`all there in ${namespace}`)
        : fail(`missing: ${absent.join(', ')}`, `perennial setup --address ${address} --namespace ${namespace}`);
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      return fail(error.parts.what, 'temporal operator search-attribute remove --name NAME && perennial setup');
    } finally {
      await connection.close();
    }
  },
};
