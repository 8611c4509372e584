# `verify` of Kaspi as a developer would write it for Python: http.server, and the signing rule of the documents.
import base64
import hashlib
import hmac
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, CUSTOMERS = int(sys.argv[1]), int(sys.argv[2])
SECRET = os.environ["JETPAY_BENCH_SECRET"].encode()


def leaves(value, path=""):
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        yield path, "" if value is None else int(value) if isinstance(value, bool) else value
        return
    for key, below in items:
        if key not in ("signature", "frame_mode"):
            yield from leaves(below, f"{path}:{key}" if path else str(key))


def is_signed(message):
    text = ";".join(f"{path}:{value}" for path, value in sorted(leaves(message)))
    expected = base64.b64encode(hmac.new(SECRET, text.encode(), hashlib.sha512).digest())
    return hmac.compare_digest(expected, str(message.get("signature")).encode())


def answer(message):
    if not is_signed(message):
        return {"code": 400, "message": "wrong signature"}
    number = int(message["customer_id"][1:])
    if number >= CUSTOMERS:
        return {"code": 404, "message": "no such customer"}
    entities = [{"id": f"c{number}", "number": f"N-{number}", "min_payment": 10000, "payment": 100000}]
    return {"code": 0, "currency": "KZT", "entities": entities, "additional_customer_id": f"A{number}"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(answer(message), separators=(",", ":")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
