"""`GET /health` in Python."""

import json
import time


def handler(event, _context):
    context = event["requestContext"]
    path = event["rawPath"]
    stage = context["stage"]
    if stage != "$default":
        path = path.removeprefix(f"/{stage}")
    if (context["http"]["method"], path) != ("GET", "/health"):
        return {"statusCode": 404, "headers": {}, "body": ""}
    body = {
        "ok": True,
        "ts": int(time.time()),
        "requestId": context["requestId"],
        "sourceIp": context["http"]["sourceIp"],
        "path": event["rawPath"],
    }
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(body)}
