"""Receives credits from the service jetpay, and answers its questions about customers. Python 3.9, nothing else.

    export WEBHOOK_SECRETS="whsec_..."        # two, with a space between, while you rotate them
    python3 receiver.py 8000

POST /webhooks: Standard Webhooks 1.0.0. POST /lookup: the same signature. Amounts are integers in minor units (tiyn).
"""

import base64
import hashlib
import hmac
import json
import os
import re
import sqlite3
import sys
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MOST = 64 * 1024  # bytes of a body
TOLERANCE = 5 * 60  # seconds
NUMBER = re.compile("[0-9]{1,12}")  # of a header

SECRETS = [
    base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    for secret in os.environ.get("WEBHOOK_SECRETS", "").split()
]
if not SECRETS or min(map(len, SECRETS)) < 24:
    sys.exit("WEBHOOK_SECRETS: write whsec_ and the base64 of 24 to 64 random bytes")  # Anyone can sign with an empty one.

# Your customers, and what each owed before the first credit came here. Put a query of your own in its place.
DEBTS = {"7123456789": 125_000}


def database():
    return sqlite3.connect(os.environ.get("DATABASE", "receiver.db"), timeout=10)


def signed(headers, body):
    """Whether one of the secrets signed these bytes, within the last five minutes."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not NUMBER.fullmatch(timestamp) or abs(time.time() - int(timestamp)) > TOLERANCE:
        return False
    content = f"{message_id}.{timestamp}.".encode() + body
    given = headers.get("webhook-signature", "").encode().split(b" ")
    good = False
    for secret in SECRETS:
        mac = hmac.new(secret, content, hashlib.sha256).digest()
        expected = b"v1," + base64.b64encode(mac)
        for signature in given:
            good |= hmac.compare_digest(signature, expected)
    return good


def accept(message_id, event):
    """Books an entry once: the unique key makes a repeat do nothing. Answer 200 only after the commit."""
    if not event["type"].startswith("entry."):
        return  # An alarm, for example: show it to a person.
    entry = event["data"]
    row = (message_id, entry["customer_id"], entry["amount"], entry["currency"])
    is_row = [type(it) for it in row[1:]] == [str, int, str]
    if not is_row or not -(2**63) <= entry["amount"] < 2**63:  # SQLite has no larger integer.
        raise ValueError("entry")
    with closing(database()) as connection, connection:
        connection.execute("INSERT INTO booked VALUES (?, ?, ?, ?) ON CONFLICT (webhook_id) DO NOTHING", row)


def customer(customer_id):
    """The body of PUT /v1/customers/{customer_id}, or None when there is no such customer."""
    if customer_id not in DEBTS:
        return None
    with closing(database()) as connection:
        query = "SELECT coalesce(sum(amount), 0) FROM booked WHERE customer_id = ?"
        (paid,) = connection.execute(query, (customer_id,)).fetchone()
    debt = max(DEBTS[customer_id] - paid, 0)
    return {"contracts": [{"id": customer_id, "number": customer_id, "payment": debt}]}


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20  # seconds that a client may be silent

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not NUMBER.fullmatch(length):
            self.close_connection = True
            return self.answer(400, {})
        if int(length) > MOST:
            self.close_connection = True
            self.rfile.read(min(int(length), 1 << 20))
            return self.answer(413, {})
        body = self.rfile.read(int(length))
        if not signed(self.headers, body):
            return self.answer(401, {})
        try:
            message = json.loads(body)
            if self.path == "/webhooks":
                accept(self.headers["webhook-id"], message)
                return self.answer(200, {})
            if self.path == "/lookup":
                found = customer(message["customer_id"])
                unknown = {"error": {"code": "unknown_customer", "message": "there is no such customer"}}
                return self.answer(404, unknown) if found is None else self.answer(200, found)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            return self.answer(400, {})
        except sqlite3.Error as error:
            print(f"the database: {error}", file=sys.stderr)
            return self.answer(503, {})  # The service sends it again.
        # Not a 404 with unknown_customer: a wrong path says nothing about a customer.
        return self.answer(404, {"error": {"code": "no_such_path"}})

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass  # Bodies and addresses stay out of the log.


if __name__ == "__main__":
    with closing(database()) as connection, connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS booked (webhook_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, "
            "amount INTEGER NOT NULL, currency TEXT NOT NULL)"
        )
    # On this machine alone: put a web server with TLS in front.
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
