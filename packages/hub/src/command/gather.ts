/** What became of one item of a batch. */
export type Settled<Answer> = { answer: Answer } | { error: unknown };

/** A batch that is being written: what it is about to change, and when that is done or given up. */
export interface Writing<Note> {
  readonly note: Note;
  readonly over: Promise<void>;
}

/**
 * A batch's place in the line. Batches are prepared one at a time, and start to write in that order. While one is written
 * the next is prepared, on what was there before, and starts to write too; only then must one of the two be over.
 */
export interface Turn<Note> {
  /** The batches that were being written when this one started to be prepared. */
  readonly front: readonly Writing<Note>[];
  /** Says that the batch is being written, and what; from then on the next one may be prepared. */
  write(note: Note): void;
  /** Nothing more of this batch is written. Its answers may come later. */
  over(): void;
}

/**
 * Above this many items at hand a batch takes half of them, so that one half is prepared while the other is written. What
 * a batch costs whatever its size outweighs that below.
 */
const worthHalving = 32;

/** A third batch would be prepared only to wait, and lack those who come meanwhile. */
const mostUnderWay = 2;

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
  readonly #writing = new Set<Writing<Note>>();

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
      while (this.#writing.size >= mostUnderWay) {
        await Promise.race([...this.#writing].map(({ over }) => over));
        await turnOfTheLoop();
      }
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
      await turnOfTheLoop();
    }
    this.#preparing = false;
  }

  #turn(prepared: () => void): Turn<Note> {
    const ended = Promise.withResolvers<void>();
    let mine: Writing<Note> | null = null;
    let isOver = false;
    return {
      front: [...this.#writing],
      write: (note) => {
        if (isOver) return; // its transaction was lost while it was decided
        mine = { note, over: ended.promise };
        this.#writing.add(mine);
        prepared();
      },
      over: () => {
        isOver = true;
        if (mine) this.#writing.delete(mine);
        ended.resolve();
      },
    };
  }
}

/** Whoever got an answer and has the next command ready joins the next batch. */
const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));
