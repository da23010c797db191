/** What became of one item of a batch. */
export type Settled<Answer> = { answer: Answer } | { error: unknown };

/**
 * Gathers what arrives while a batch is at work into the next batch. One batch is in flight at a time; an item that
 * finds nothing in flight starts at once, with whatever else arrives in the same turn of the event loop.
 */
export class Gather<Item, Answer> {
  readonly #run: (items: Item[]) => Promise<Settled<Answer>[]>;
  readonly #largest: number;
  #waiting: { item: Item; settle: (outcome: Settled<Answer>) => void }[] = [];
  #running = false;

  constructor(run: (items: Item[]) => Promise<Settled<Answer>[]>, largest: number) {
    this.#run = run;
    this.#largest = largest;
  }

  submit(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Settled<Answer>) =>
        'error' in outcome ? reject(outcome.error) : resolve(outcome.answer);
      this.#waiting.push({ item, settle });
      if (this.#running) return;
      this.#running = true;
      setImmediate(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#largest);
      const outcomes = await this.#run(batch.map(({ item }) => item)).catch((error) =>
        batch.map(() => ({ error })),
      );
      for (const [i, { settle }] of batch.entries()) settle(outcomes[i]);
      // Whoever got an answer and has the next command ready joins the next batch.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#running = false;
  }
}
