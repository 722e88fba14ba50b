import { type GrpcCompressionConfig, NativeConnection } from '@temporalio/worker';
import { connect, connectionError, connectionOptions, type ConnectionSettings, hostOf } from './connection.js';

/** Connection for workers. Errors as `connect`. */
export async function connectNative(settings: ConnectionSettings = {}): Promise<NativeConnection> {
  // The client's connection gives the exact reason of a failure; the native one has only a text.
  await (await connect(settings)).close();
  const target = connectionOptions(settings);
  try {
    return await NativeConnection.connect({ ...target.options, grpcCompression: compressionFor(target.address) });
  } catch (error) {
    throw connectionError(target, error);
  }
}

/** Between processes of one machine there is no line to relieve: packing and unpacking would only take the time of both. */
export function compressionFor(address: string): GrpcCompressionConfig {
  const host = hostOf(address);
  return { codec: /^(localhost|::1|127(\.\d+){3})$/.test(host) ? 'none' : 'gzip' };
}
