import type { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

type Interceptor = ReturnType<typeof makeGrpcRetryInterceptor>;
type Call = ReturnType<Parameters<Interceptor>[1]>;

type Listener = NonNullable<Parameters<Call['start']>[1]>;
type Status = Parameters<NonNullable<Listener['onReceiveStatus']>>[0];

// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enumeration is in a package that is no dependency of ours
const GRPC_CANCELLED = 1 as Status['code'];

/**
 * Repeats calls as Temporal's own client does. When the connection is closed while a call waits for its next try, that call is cancelled: the try would
 * throw out of a timer, where nobody can catch it, and end the process.
 */
export function retryUntilClosed(
  make: typeof makeGrpcRetryInterceptor,
  options: ReturnType<typeof defaultGrpcRetryOptions>,
): Interceptor {
  const retry = make(options);
  return (given, nextCall) => {
    let tries = 0;
    return retry(given, (next) => {
      tries += 1;
      if (tries === 1) return nextCall(next);
      try {
        return nextCall(next);
      } catch {
        return cancelledCall();
      }
    });
  };
}

/** A call that ends as soon as it is started. */
function cancelledCall(): Call {
  const nothing = (): void => undefined;
  return {
    start: (metadata, listener) => {
      listener?.onReceiveStatus?.({ code: GRPC_CANCELLED, details: 'the connection was closed', metadata });
    },
    getPeer: () => 'closed',
    getAuthContext: () => null,
    cancelWithStatus: nothing,
    sendMessage: nothing,
    sendMessageWithContext: nothing,
    startRead: nothing,
    halfClose: nothing,
  };
}
