/** A bell that is heard even when it rings just before somebody starts to wait for it. */
export class WakeUp {
  readonly #signal: AbortSignal;
  #rung = false;
  #awake: (() => void) | null = null;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.ring(), { once: true });
  }

  ring(): void {
    this.#rung = true;
    this.#awake?.();
  }

  /** Forgets rings so far: whoever looks after this call has seen what they were about. */
  reset(): void {
    this.#rung = false;
  }

  /** Resolves at the next ring, or after the time is over. */
  async wait(milliseconds: number): Promise<void> {
    if (this.#rung || this.#signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#awake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#awake = null;
  }
}
