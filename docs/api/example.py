"""Proposes a source and reads it back. Standard library only: HUB_URL=... HUB_TOKEN=... python3 example.py"""

import json
import os
import time
import urllib.error
import urllib.request
import uuid

HUB = os.environ["HUB_URL"].rstrip("/") + "/api/v1"
TOKEN = os.environ["HUB_TOKEN"]


def call(method, path, body=None, command_id=None, after=None):
    """One call. A lost line or a busy hub is tried again under the same command id, so nothing is done twice."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Language": "en"}
    if body is not None:
        headers["Content-Type"] = "application/json"
        headers["Idempotency-Key"] = command_id or str(uuid.uuid4())
    if after is not None:
        headers["X-Tsudoi-After"] = str(after)
    data = None if body is None else json.dumps(body).encode()
    for attempt in range(5):
        try:
            request = urllib.request.Request(HUB + path, data, headers, method=method)
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            if error.code not in (429, 503) or attempt == 4:
                raise SystemExit(f"{problem['code']}: {problem['detail']} (trace {problem['traceId']})")
            time.sleep(float(error.headers.get("Retry-After", 1)))
        except urllib.error.URLError:
            if attempt == 4:
                raise
            time.sleep(2**attempt)


source_id = str(uuid.uuid4())
done = call(
    "POST",
    "/sources",
    {
        "sourceId": source_id,
        "groupId": None,
        "titleJa": f"例 {source_id[:8]}",
        "titleEn": f"Example {source_id[:8]}",
        "description": "Manual pages in Japanese.",
        "licence": "GPL-2.0-or-later",
        "evidenceUrl": "https://example.org/licence",
        "rights": {"train": True, "search": True, "redistribute": True},
        "parts": [
            {
                "location": {"kind": "deb", "package": "manpages-ja"},
                "include": ["**/*.gz"],
                "format": "roff",
                "language": "ja",
            }
        ],
    },
)
source = call("GET", f"/sources/{source_id}", after=done["position"])
print(f"{source['titleEn']}: {source['state']} at position {done['position']}")
