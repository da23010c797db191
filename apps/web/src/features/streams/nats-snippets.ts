export interface NatsAccess {
  url: string;
  user: string;
  /** Null: it was shown once and is not known here any more. */
  secret: string | null;
}

/** The file that a credential is kept in; the lines below read it. */
export const credentialFile = ({ url, user, secret }: NatsAccess) =>
  `TSUDOI_NATS_URL=${url}\nTSUDOI_NATS_USER=${user}\nTSUDOI_NATS_SECRET=${secret ?? '...'}\n`;

/** nats-py: the consumer is there already and remembers what was acknowledged. */
export const pythonLines = `import asyncio, json, os
import nats

async def main():
    user = os.environ["TSUDOI_NATS_USER"]
    connection = await nats.connect(
        os.environ["TSUDOI_NATS_URL"],
        user=user,
        password=os.environ["TSUDOI_NATS_SECRET"],
        inbox_prefix=f"_INBOX_{user}".encode(),
    )
    jetstream = connection.jetstream(domain="hub")
    subscription = await jetstream.pull_subscribe_bind(durable=user, stream="LOG")
    while True:
        try:
            messages = await subscription.fetch(50, timeout=20)
        except nats.errors.TimeoutError:
            continue
        for message in messages:
            event = json.loads(message.data)
            print(event["position"], event["type"], event["subject"], flush=True)
            await message.ack()

asyncio.run(main())
`;

/**
 * What waits, each event acknowledged; the tool ends when nothing came for five seconds. The secret goes through the
 * environment: what stands on a command line is seen by everybody on the machine.
 */
export const shellLines = `set -a; . ./tsudoi-nats.env; set +a
NATS_PASSWORD="$TSUDOI_NATS_SECRET" nats --server "$TSUDOI_NATS_URL" --user "$TSUDOI_NATS_USER" \\
  --inbox-prefix "_INBOX_$TSUDOI_NATS_USER" --js-domain hub \\
  consumer sub LOG "$TSUDOI_NATS_USER" --raw --ack
`;
