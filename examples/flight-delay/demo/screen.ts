import pc from 'picocolors';

const SILENCE_MS = 1_000;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Lines that stay, and under them what is happening now: a live line on a terminal, a plain line after each silence elsewhere. */
export class Screen {
  readonly timeline: { readonly atSeconds: number; readonly text: string }[] = [];
  private readonly startedAt = Date.now();
  private readonly timer: NodeJS.Timeout;
  private now = '';
  private lastWrite = Date.now();
  private frame = 0;

  constructor() {
    this.timer = setInterval(
      () => {
        this.tick();
      },
      process.stdout.isTTY ? 120 : 500,
    );
  }

  get seconds(): number {
    return (Date.now() - this.startedAt) / 1_000;
  }

  title(text: string): void {
    this.write(`\n${pc.bold(text)}`);
  }

  line(text: string): void {
    this.write(text);
  }

  /** A line that also goes into the timeline at the end. */
  event(text: string): void {
    this.timeline.push({ atSeconds: this.seconds, text });
    this.write(`${pc.dim(`${this.seconds.toFixed(0).padStart(4)} s`)}  ${text}`);
  }

  /** What is happening now; shown until the next call. */
  doing(text: string): void {
    this.now = text;
  }

  close(): void {
    clearInterval(this.timer);
    this.clearLive();
  }

  private tick(): void {
    if (this.now === '') return;
    if (process.stdout.isTTY) {
      this.frame += 1;
      this.clearLive();
      process.stdout.write(
        `${pc.cyan(FRAMES[this.frame % FRAMES.length] ?? '')} ${this.now}`.slice(0, process.stdout.columns - 1),
      );
    } else if (Date.now() - this.lastWrite >= SILENCE_MS) {
      this.write(`  … ${this.now}`);
    }
  }

  private write(text: string): void {
    this.clearLive();
    process.stdout.write(`${text}\n`);
    this.lastWrite = Date.now();
  }

  private clearLive(): void {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K');
  }
}
