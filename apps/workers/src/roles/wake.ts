/** Wakes one waiting loop. A ring while nobody waits is kept, so nothing that happens during work is slept over. */
export class Wake {
  private rung = false;
  private release: (() => void) | null = null;

  ring(): void {
    this.rung = true;
    this.release?.();
  }

  /** Resolves true on a ring, false after `milliseconds` or once `signal` is aborted. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    if (!this.rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.release = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', this.release, { once: true });
      });
      if (this.release) signal.removeEventListener('abort', this.release);
      this.release = null;
    }
    const rung = this.rung;
    this.rung = false;
    return rung;
  }
}

/** Waits, but no longer than until `signal` is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Wake().wait(milliseconds, signal);
}
