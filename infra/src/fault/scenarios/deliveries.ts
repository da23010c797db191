import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type Hub, logHead, replayWebhook } from '@tsudoi/hub';
import { acceptedSource, completedJob, draftedJob, newPerson, send, system } from '@tsudoi/hub/testing';
import { CloudEvent, logStream, subscriberDomain, subscriptionInbox } from '@tsudoi/schema';
import type { Fault } from '../fault.ts';
import { whatIsWrong } from '../invariants.ts';
import { kill, type Stage, until } from '../stage.ts';

const times = 3;

export const deliveriesRepeated: Fault = {
  name: 'deliveries-repeated',
  fault:
    'everything is delivered three times and out of order: to the planner, to the credits, to a NATS subscriber, to a webhook',
  invariant:
    'nobody is credited twice and no job drafted twice; a subscriber that keeps positions and a receiver that keeps ids do each event once',
  async run(stage) {
    const hub = stage.hub({ owner: true });
    stage.startRolesWith({ env: { WEBHOOKS_TO_LOOPBACK: 'on' } }, 'publisher', 'projector', 'webhooks');
    stage.startRoles('subscribers');
    let reactors = stage.startRoles('planner', 'credits');
    const owner = await newPerson(hub);
    const groupId = randomUUID();
    const group = { groupId, slug: 'corpus', nameJa: 'コーパス', nameEn: 'Corpus' };
    await send(hub, system, { type: 'group.create', data: group });
    await send(hub, owner, { type: 'group.join', data: { groupId } });
    const receiver = await Receiver.open();
    try {
      const webhookId = await registered(hub, owner, receiver.url);
      const subscriber = await subscribed(hub, owner, groupId);
      for (let i = 0; i < 5; i++) await acceptedSource(hub, { groupId });
      await completedJob(hub, await draftedJob(hub), 'documents');
      await settled(hub);
      const once_ = await effects(hub);

      // Planner and credits fold the log from its beginning at every start; the last time there are two of them.
      for (let n = 1; n < times; n++) {
        await kill(reactors);
        await hub.sql`update reactor set position = 0 where name in ('planner', 'credits')`;
        reactors = stage.startRoles('planner', 'credits');
        if (n === times - 1) stage.startRoles('planner', 'credits');
        await settled(hub);
      }
      const handled = await handledBy(stage, hub, subscriber);
      const wanted = await positionsOf(hub, 'source');
      for (let n = 1; n < times; n++) {
        await until('the webhook has everything', 20, async () => receiver.has(wanted));
        await replayWebhook(hub, owner.personId, { webhookId, afterPosition: 0 });
      }
      await until(
        'the webhook has everything again',
        20,
        async () => receiver.deliveries >= 2 * wanted.length,
      );

      const again = await effects(hub);
      const inGroup = await positionsOf(hub, 'source');
      const checks = {
        [`credits were ${once_.credits}, are ${again.credits}`]: once_.credits === again.credits,
        [`jobs were ${once_.jobs}, are ${again.jobs}`]: once_.jobs === again.jobs && again.jobs > 1,
        [`the subscriber handled ${handled.events} of ${inGroup.length}`]: handled.events === inGroup.length,
        [`only ${handled.deliveries} deliveries to the subscriber`]:
          handled.deliveries >= times * inGroup.length && handled.outOfOrder > 0,
        [`the webhook: ${receiver.ids} ids for ${wanted.length} events`]: receiver.ids === wanted.length,
      };
      const broken = Object.entries(checks).find(([, holds]) => !holds);
      const seen = `${again.credits} credits and ${again.jobs} jobs before and after; the subscriber got ${handled.deliveries} deliveries (${handled.outOfOrder} out of order) and handled ${handled.events} events, the webhook ${receiver.deliveries} and ${receiver.ids}`;
      return { problem: broken?.[0] ?? (await whatIsWrong(stage, hub)), seen };
    } finally {
      receiver.close();
    }
  },
};

/** Until planner and credits have seen the whole log, what they themselves added included. */
async function settled(hub: Hub): Promise<void> {
  await until('planner and credits have seen everything', 30, async () => {
    const { position } = await logHead(hub.sql);
    const at = await hub.sql<{ position: number }[]>`
      select position from reactor where name in ('planner', 'credits')`;
    return at.length === 2 && at.every((one) => one.position === position);
  });
}

async function effects(hub: Hub): Promise<{ credits: number; jobs: number }> {
  const [row] = await hub.sql<{ credits: number; jobs: number }[]>`
    select count(*) filter (where type = 'CreditGranted') as credits,
           count(*) filter (where type = 'JobDrafted') as jobs from event`;
  return row;
}

async function positionsOf(hub: Hub, streamType: string): Promise<number[]> {
  const rows = await hub.sql<{ position: number }[]>`
    select position from event where stream_type = ${streamType} order by position`;
  return rows.map(({ position }) => position);
}

type Owner = Awaited<ReturnType<typeof newPerson>>;

async function registered(hub: Hub, owner: Owner, url: string): Promise<string> {
  const webhookId = randomUUID();
  const data = { webhookId, groupId: null, url, topics: ['source'] };
  await send(hub, owner, { type: 'webhook.register', data });
  return webhookId;
}

interface Subscriber {
  user: string;
  secret: string;
}

async function subscribed(hub: Hub, owner: Owner, groupId: string): Promise<Subscriber> {
  const subscriptionId = randomUUID();
  const data = { subscriptionId, groupId, label: 'a fault', topics: ['source'], afterPosition: 0 };
  await send(hub, owner, { type: 'subscription.open', data });
  const { result } = await send(hub, owner, {
    type: 'subscription.issueCredential',
    data: { subscriptionId },
  });
  return result as Subscriber;
}

/** Sends each message back at random before it is acknowledged the third time, and handles positions that are new. */
async function handledBy(stage: Stage, hub: Hub, { user, secret }: Subscriber) {
  const options = { servers: stage.natsUrl, user, pass: secret, inboxPrefix: subscriptionInbox(user) };
  let consumer = null;
  await until('the subscriber may connect', 20, async () => {
    const connection = await connect({ ...options, reconnect: false, timeout: 2000 });
    try {
      consumer = await jetstream(connection, { domain: subscriberDomain }).consumers.get(logStream, user);
    } catch (error) {
      await connection.close();
      throw error;
    }
    return true;
  });
  const wanted = await positionsOf(hub, 'source');
  const [seen, handled] = [new Map<number, number>(), new Set<number>()];
  let [deliveries, outOfOrder, last] = [0, 0, 0];
  const messages = await (consumer as unknown as Consumer).consume({ max_messages: 100 });
  for await (const message of messages) {
    const { position } = CloudEvent.parse(message.json());
    deliveries++;
    if (position < last) outOfOrder++;
    last = position;
    handled.add(position);
    const count = (seen.get(position) ?? 0) + 1;
    seen.set(position, count);
    if (count < times) message.nak(((position * 7) % 5) * 20);
    else message.ack();
    if (wanted.every((one) => (seen.get(one) ?? 0) >= times)) break;
  }
  return { deliveries, outOfOrder, events: handled.size };
}

type Consumer = Awaited<ReturnType<ReturnType<typeof jetstream>['consumers']['get']>>;

/** Takes what comes, and answers every other delivery as if it had failed. */
class Receiver {
  deliveries = 0;
  readonly #ids = new Map<string, number>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const { id, position } = CloudEvent.parse(JSON.parse(Buffer.concat(chunks).toString()));
        this.deliveries++;
        this.#ids.set(id, position);
        response.writeHead(204).end();
      });
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  get ids(): number {
    return this.#ids.size;
  }

  has(positions: readonly number[]): boolean {
    const there = new Set(this.#ids.values());
    return positions.every((position) => there.has(position));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
