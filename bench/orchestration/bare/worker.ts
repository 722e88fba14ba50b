import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { mark } from '../bodies.js';

/** A stock Temporal worker with one activity that does what our no-op steps do. */
const connection = await NativeConnection.connect({ address: process.argv[2] ?? '127.0.0.1:7233' });
const worker = await Worker.create({
  connection,
  taskQueue: 'bare',
  workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
  activities: {
    bareStep: (value: number): number => {
      mark('bare');
      return value + 1;
    },
  },
});
console.log(JSON.stringify({ ready: true }));
await worker.run();
