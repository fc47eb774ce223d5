"""A Lambda runtime for Python, as small as one can be: it asks for an event, and posts the answer."""

import http.client
import importlib
import json
import os
import sys


def main():
    handler = importlib.import_module(sys.argv[1]).handler
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        response = api.getresponse()
        event = json.loads(response.read())
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        answer = json.dumps(handler(event, None)).encode()
        api.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", answer)
        api.getresponse().read()


if __name__ == "__main__":
    main()
