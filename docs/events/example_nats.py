"""Follows the events of a working group over NATS JetStream: pip install nats-py (2.7 or newer).

    TSUDOI_NATS_SECRET=tsudoi_stream_... python3 example_nats.py nats://127.0.0.1:4222 sub_0123... --database events.sqlite

The hub has made a durable consumer for the subscription; NATS remembers what was acknowledged. A message may come twice
(an acknowledgement can be lost with a connection), so the position is kept here as well and what is behind it is passed
over: each event is handled exactly once.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import sys

import nats
import nats.js.errors
from nats.errors import TimeoutError as NothingYet


def open_database(path):
    database = sqlite3.connect(path)
    database.execute("create table if not exists seen (position integer primary key, type text, subject text)")
    database.commit()
    return database


def handle(database, event):
    """Put your own work here. It is part of the transaction that also keeps the position."""
    with database:
        row = (event["position"], event["type"], event["subject"])
        fresh = database.execute("insert or ignore into seen values (?, ?, ?)", row).rowcount
    if fresh:
        print(event["position"], event["time"], event["type"], event["subject"], flush=True)


async def say(problem):
    # The client connects again by itself; what was not acknowledged comes again.
    print(f"connection to the hub: {problem!r}; it goes on when NATS is back", file=sys.stderr, flush=True)


async def main():
    parser = argparse.ArgumentParser(description="Follow the events of a working group over NATS.")
    parser.add_argument("server", help="such as nats://127.0.0.1:4222")
    parser.add_argument("user", help="user of the subscription, sub_...")
    parser.add_argument("--database", default="events.sqlite")
    arguments = parser.parse_args()
    database = open_database(arguments.database)
    connection = await nats.connect(
        arguments.server,
        user=arguments.user,
        password=os.environ["TSUDOI_NATS_SECRET"],
        inbox_prefix=f"_INBOX_{arguments.user}".encode(),
        max_reconnect_attempts=-1,
        error_cb=say,
    )
    jetstream = connection.jetstream(domain="hub")
    # The consumer is there already; its name is the user's. Nothing may or need be created.
    subscription = await jetstream.pull_subscribe_bind(durable=arguments.user, stream="LOG")
    try:
        await subscription.consumer_info()
    except nats.js.errors.NotFoundError:
        raise SystemExit("the hub has not made the consumer of this subscription yet: try again in a moment")
    print(f"reading {arguments.user} at {arguments.server}", file=sys.stderr, flush=True)
    while True:
        try:
            for message in await subscription.fetch(50, timeout=20):
                handle(database, json.loads(message.data))
                await message.ack()
        except NothingYet:
            continue
        except nats.errors.ConnectionClosedError:
            raise SystemExit("the server ended the connection: the subscription was closed or its secret exchanged")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
