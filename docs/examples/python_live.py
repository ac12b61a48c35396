#!/usr/bin/env python3
"""Hears what a Cardkey server announces, the moment it is published, and misses nothing.

Needs Python 3.9 or later and `pip install websockets`.

    python python_live.py --server http://127.0.0.1:8000 --user lin --password … --state live.json

The state file holds how far the program has heard. Started again, it goes on from there. It ends by itself after `--count`
announcements, or when the server does not want it any more: exit code 0, 3 (not let in), 4 (sent away for good).
"""

import argparse
import asyncio
import json
import pathlib
import random
import sys
import urllib.error
import urllib.request

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

# What the server means when it closes. With any other code, and without one, the connection is opened again.
FOR_GOOD = {4001: "the session is over", 4003: "not let in any more", 4009: "too many connections"}


class State:
    """How far the program has heard, kept in a file, and how many announcements are still wanted."""

    def __init__(self, path, wanted):
        self.path, self.wanted = pathlib.Path(path), wanted
        known = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.epoch, self.seq = known.get("epoch"), known.get("seq", 0)

    def keep(self, epoch, seq):
        self.epoch, self.seq = epoch, seq
        whole = self.path.with_suffix(".new")
        whole.write_text(json.dumps({"epoch": epoch, "seq": seq}))
        whole.replace(self.path)


def call(url, body=None, token=None):
    headers = {"Content-Type": "application/json", "Accept-Language": "en"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as reply:
        return json.load(reply)


def unread(server, token):
    """What the inbox holds that was not read: for a client that was never here, or that knows another log."""
    inbox = call(f"{server}/api/v1/me/announcements?unread=true", token=token)
    return inbox["data"]["items"]


def show(announcement, state):
    print(f"[{announcement['type']}] {announcement['title']}", flush=True)
    state.wanted -= 1


async def hear(server, token, state):
    """One connection, until enough was heard or it ends."""
    address = server.replace("http", "ws", 1) + "/api/v1/ws"
    # The server asks for a sign of life every 25 seconds; the library answers by itself.
    async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, ping_interval=None) as live:
        hello = json.loads(await live.recv())
        if state.epoch == hello["epoch"]:
            await live.send(json.dumps({"type": "resume", "epoch": state.epoch, "seq": state.seq}))
        else:
            for announcement in unread(server, token):
                show(announcement, state)
            state.keep(hello["epoch"], hello["seq"])
        while state.wanted > 0:
            frame = json.loads(await live.recv())
            if frame["type"] == "announcement":
                announcement = frame["data"]
                show(announcement, state)
                kind = "confirm" if announcement["must_confirm"] else "read"
                await live.send(json.dumps({"type": kind, "announcement_id": announcement["id"]}))
            elif frame["type"] == "error":
                print(f"error: {frame['code']}", file=sys.stderr)
            if "seq" in frame:
                # First what was heard is kept, then it is acknowledged: so it is heard again rather than lost.
                state.keep(hello["epoch"], frame["seq"])
                await live.send(json.dumps({"type": "ack", "seq": frame["seq"]}))
        # Frames are worked on in their order: after the answer everything said before it is taken note of.
        await live.send(json.dumps({"type": "ping"}))
        while json.loads(await live.recv())["type"] != "pong":
            pass


async def run(options):
    server, state, pause = options.server.rstrip("/"), State(options.state, options.count), 1.0
    try:
        body = {"username": options.user, "password": options.password}
        token = call(f"{server}/api/v1/auth/login", body)["access_token"]
    except urllib.error.HTTPError as refused:
        print(json.load(refused)["message"], file=sys.stderr)
        return 3
    while state.wanted > 0:
        try:
            await hear(server, token, state)
            pause = 1.0
        except InvalidStatus as refused:
            print(f"refused: {refused.response.status_code}", file=sys.stderr)
            if refused.response.status_code in (401, 403):
                return 3
        except ConnectionClosed as closed:
            code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
            if code in FOR_GOOD:
                print(f"{FOR_GOOD[code]}: {reason}", file=sys.stderr)
                return 4
            if code == 1001 and reason.isdigit():
                # The server goes away and tells each client another time to come back.
                await asyncio.sleep(int(reason) / 1000)
                continue
        except OSError:
            pass
        if state.wanted > 0:
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, 60.0)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--state", default="live.json")
    parser.add_argument("--count", type=int, default=sys.maxsize)
    sys.exit(asyncio.run(run(parser.parse_args())))


if __name__ == "__main__":
    main()
