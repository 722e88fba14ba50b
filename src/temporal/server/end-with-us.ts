import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/**
 * Ends a child process when this process ends, in whatever way: also by kill -9, which runs no handler here. A shell waits for the end of a
 * pipe that only we hold open. Without a POSIX shell (Windows) only an orderly exit counts.
 */
export function endWithUs(child: ChildProcess): void {
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  if (process.platform === 'win32' || child.pid === undefined) return;
  const guard = spawn('/bin/sh', ['-c', 'cat >/dev/null; kill -9 "$0" 2>/dev/null', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.unref();
  // The process id may soon belong to another program, so the guard goes before the pipe closes.
  child.once('exit', () => guard.kill('SIGKILL'));
}
