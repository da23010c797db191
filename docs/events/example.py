"""Follows the events of a Tsudoi hub over server-sent events. Python 3.9 or newer, standard library only.

    python3 example.py http://127.0.0.1:4800 --group corpus --database events.sqlite

Each event is handled exactly once, whatever happens in between: what is done with it and how far we have come are
written in ONE transaction of a small database. After a lost connection, a restart of the hub or of this program it goes
on after the last position that is in there.
"""

import argparse
import json
import sqlite3
import time
import urllib.error
import urllib.parse
import urllib.request

SILENCE = 45  # seconds; the hub says "still here" every 15


def open_database(path):
    database = sqlite3.connect(path)
    database.execute("create table if not exists place (one integer primary key check (one = 1), position integer)")
    database.execute("insert or ignore into place values (1, 0)")
    database.execute("create table if not exists seen (position integer primary key, type text, subject text)")
    database.commit()
    return database


def handle(database, event):
    """Put your own work here. It is part of the transaction that also moves the position."""
    row = (event["position"], event["type"], event["subject"])
    database.execute("insert into seen values (?, ?, ?)", row)
    print(event["position"], event["time"], event["type"], event["subject"], flush=True)


def blocks(response):
    """The blocks of a server-sent event stream, each as a dictionary of its fields."""
    fields = {}
    for line in response:
        line = line.decode("utf-8").rstrip("\r\n")
        if line == "":
            yield fields
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


def follow(hub, query, database):
    """Reads until the connection ends. Answers whether anything came."""
    (position,) = database.execute("select position from place").fetchone()
    address = f"{hub}/api/stream?{urllib.parse.urlencode({**query, 'after': position})}"
    request = urllib.request.Request(address, headers={"Accept": "text/event-stream"})
    came = False
    with urllib.request.urlopen(request, timeout=SILENCE) as response:
        for fields in blocks(response):
            came = True
            if "id" not in fields:
                continue
            with database:  # one transaction
                if "data" in fields:
                    handle(database, json.loads(fields["data"]))
                # A heartbeat has a position and no data: so far there was nothing for us.
                database.execute("update place set position = ?", (int(fields["id"]),))
    return came


def main():
    parser = argparse.ArgumentParser(description="Follow the events of a Tsudoi hub.")
    parser.add_argument("hub", help="address of the hub, such as https://hub.example.org")
    parser.add_argument("--group", help="slug of a working group; without it: everything")
    parser.add_argument("--topics", help="such as source,job.JobCompleted")
    parser.add_argument("--database", default="events.sqlite")
    arguments = parser.parse_args()
    query = {name: value for name, value in (("group", arguments.group), ("topics", arguments.topics)) if value}
    database = open_database(arguments.database)
    wait = 1
    while True:
        try:
            if follow(arguments.hub.rstrip("/"), query, database):
                wait = 1
        except urllib.error.HTTPError as refusal:
            if refusal.code < 500 and refusal.code != 429:
                raise SystemExit(f"the hub refuses: {refusal.code} {refusal.read().decode('utf-8', 'replace')}")
        except (OSError, urllib.error.URLError) as problem:
            print(f"connection lost ({problem}); trying again in {wait} s", flush=True)
        time.sleep(wait)
        wait = min(wait * 2, 30)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
