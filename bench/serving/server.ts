import { createModelServer } from '../../dist/src/serving/index.js';
import { ENDPOINT } from './endpoint.js';

/** A model server as a process of its own: arguments are the store and `on` or `off` for the prediction log. Asked for `cpu`, it says what it used. */
const [store = '', log = 'on'] = process.argv.slice(2);
const server = await createModelServer({
  store,
  endpoint: ENDPOINT,
  port: 0,
  ...(log === 'off' ? { predictionLog: false } : {}),
});
const { url } = await server.start();
process.send?.({ url });
process.on('message', (message) => {
  if (message === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1_000 });
  } else {
    void server.close().then(() => {
      process.disconnect();
    });
  }
});
