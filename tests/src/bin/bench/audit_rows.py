"""Fills the audit log of a server that is stopped: audit_rows.py DATABASE COUNT. Rows of thirty days, by sixty-four accounts from two hundred
addresses, of the shape of a row that is there."""

import json
import random
import sqlite3
import sys

ACTIONS = ["user.login", "user.logout", "card_key.activate", "card_key.disable", "app.change", "batch.create", "user.edit", "device.unbind"]
MONTH = 30 * 24 * 3600 * 1_000_000

database, count = sqlite3.connect(sys.argv[1]), int(sys.argv[2])
(newest,) = database.execute("SELECT MIN(occurred_at) FROM audit_logs").fetchone()
chance = random.Random(7)
users = [chance.randbytes(16) for _ in range(64)]


def row(number):
    at = newest - MONTH + number * (MONTH // count)
    ident = (at // 1000).to_bytes(6, "big") + (0x7000 | number & 0xFFF).to_bytes(2, "big") + chance.randbytes(8)
    action = chance.choice(ACTIONS)
    noun = action.split(".")[0]
    target = str(chance.getrandbits(64))
    refused = chance.random() < 0.02
    status, level, code = ("refused", "WARNING", "auth.forbidden") if refused else ("ok", "INFO", None)
    user = chance.randrange(64)
    request = f"request-{number:08}"
    details = json.dumps({"name": f"Thing {number}", "reason": "what an operator wrote down"})
    search = "\n".join([f"user-{user}", action, target, request, details]).lower()
    ip = f"203.0.113.{chance.randrange(200)}"
    return (ident, at, users[user], f"user-{user}", noun, action, noun, target, ip, "Browser/1.0", request, status, level, code, details, search)


columns = "id, occurred_at, user_id, actor, noun, action, target_kind, target_id, ip, user_agent, request_id, status, level, code, details, search"
places = ", ".join("?" * 16)
with database:
    database.executemany(f"INSERT INTO audit_logs ({columns}) VALUES ({places})", map(row, range(count)))
print(users[0].hex())
