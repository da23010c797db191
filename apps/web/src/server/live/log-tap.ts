import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { EventEnvelope, logStream } from '@tsudoi/schema';
import { natsConnection } from '../nats.ts';
import { processWide } from '../process-wide.ts';

type Listener = (envelope: EventEnvelope) => void;

/** One ordered consumer of the log for the whole process, fanned out to every open page. */
class LogTap {
  readonly #listeners = new Set<Listener>();
  #running = false;

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#running) {
      this.#running = true;
      void this.#run();
    }
    return () => this.#listeners.delete(listener);
  }

  /** Never gives up: the stream may not exist yet, and readers heal any gap from the database meanwhile. */
  async #run(): Promise<void> {
    for (;;) {
      try {
        const js = jetstream(await natsConnection());
        const consumer = await js.consumers.get(logStream, { deliver_policy: DeliverPolicy.New });
        for await (const message of await consumer.consume()) {
          const envelope = EventEnvelope.safeParse(message.json());
          if (envelope.success) for (const listener of this.#listeners) listener(envelope.data);
        }
      } catch (error) {
        console.error('live log: trying again in 2 s', error instanceof Error ? error.message : error);
      }
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

export const logTap = processWide('log-tap', () => new LogTap());
