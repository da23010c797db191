/** What became of one item of a batch. */
export type Settled<Answer> = { answer: Answer } | { error: unknown };

/**
 * A batch's place in the line. Batches are prepared one at a time and written one at a time, in the same order: while
 * one is written the next is prepared, on what was there before.
 */
export interface Turn<Note> {
  /** The batch in front, if it is still being written: what it is about to change, and when that is done or given up. */
  readonly front: { note: Note; over: Promise<void> } | null;
  /** Waits until nothing is being written, and from then on lets the next batch be prepared. */
  write(note: Note): Promise<void>;
  /** Nothing more of this batch is written. Its answers may come later. */
  over(): void;
}

/** Above this many items at hand a batch takes half of them, so that one half is prepared while the other is written. */
const worthHalving = 16;

/**
 * Gathers what arrives while batches are at work into the next batch. An item that finds nothing at work starts at once,
 * with whatever else arrives in the same turn of the event loop.
 */
export class Gather<Item, Answer, Note> {
  readonly #run: (items: Item[], turn: Turn<Note>) => Promise<Settled<Answer>[]>;
  readonly #largest: number;
  #waiting: { item: Item; settle: (outcome: Settled<Answer>) => void }[] = [];
  #unanswered = 0;
  #preparing = false;
  #front: Turn<Note>['front'] = null;

  constructor(run: (items: Item[], turn: Turn<Note>) => Promise<Settled<Answer>[]>, largest: number) {
    this.#run = run;
    this.#largest = largest;
  }

  submit(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Settled<Answer>) =>
        'error' in outcome ? reject(outcome.error) : resolve(outcome.answer);
      this.#waiting.push({ item, settle });
      this.#unanswered++;
      if (this.#preparing) return;
      this.#preparing = true;
      setImmediate(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const half = Math.max(worthHalving, Math.ceil(this.#unanswered / 2));
      const batch = this.#waiting.splice(0, Math.min(half, this.#largest));
      const prepared = Promise.withResolvers<void>();
      const turn = this.#turn(prepared.resolve);
      const ended = this.#run(
        batch.map(({ item }) => item),
        turn,
      )
        .catch((error) => batch.map(() => ({ error })))
        .then((outcomes) => {
          turn.over();
          this.#unanswered -= batch.length;
          for (const [i, { settle }] of batch.entries()) settle(outcomes[i]);
        });
      await Promise.race([prepared.promise, ended]);
      // Whoever got an answer and has the next command ready joins the next batch.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#preparing = false;
  }

  #turn(prepared: () => void): Turn<Note> {
    const front = this.#front;
    const over = Promise.withResolvers<void>();
    let mine: Turn<Note>['front'] = null;
    let isOver = false;
    return {
      front,
      write: async (note) => {
        await front?.over;
        if (isOver) return; // its transaction was lost while it waited
        mine = { note, over: over.promise };
        this.#front = mine;
        prepared();
      },
      over: () => {
        isOver = true;
        if (this.#front === mine) this.#front = null;
        over.resolve();
      },
    };
  }
}
