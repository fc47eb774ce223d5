"""Stands between a program and an emulator: passes every request on, and writes down what it was.

The log is the judge's own evidence of which calls were made, taken from the wire: it believes neither the
program's count of its calls nor the emulator's. A `Fault` makes one request go wrong.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

READING = ("Describe", "Get", "List", "Detect", "Validate", "Estimate")
# What belongs to one connection, and what the relay's own server says again.
NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}

Form = dict[str, str]


@dataclass(frozen=True)
class Call:
    """One request: `cloudformation:CreateChangeSet`, or `s3:PUT /bucket/key`."""

    name: str
    writes: bool


@dataclass
class Fault:
    """Makes the write number `at` go wrong: `act` is called before or after the emulator acted on it.

    The connection is then closed without an answer.
    """

    at: int
    when: str
    act: Callable[[], object] = lambda: None
    seen: int = 0
    met: Call | None = None

    def strikes(self, call: Call) -> bool:
        if call.writes:
            self.seen += 1
        if not call.writes or self.seen != self.at or self.met:
            return False
        self.met = call
        return True


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A connection that breaks off is part of some scenarios: the program was killed."""


class Relay:
    """A server on a free loopback port in front of `upstream`.

    `adapt` may change the fields of a Query request: for an emulator that does not take what AWS takes.
    """

    def __init__(self, upstream: str, adapt: Callable[[Form], Form] = lambda form: form):
        self.upstream = urlsplit(upstream).netloc
        self.adapt = adapt
        self.calls: list[Call] = []
        self.fault: Fault | None = None
        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", 0), handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def pass_on(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("content-length", 0)))
        form = query_form(request.headers, body)
        call = understand(request.command, request.path, form)
        with self.lock:
            self.calls.append(call)
            fault = self.fault if self.fault and self.fault.strikes(call) else None
        if fault and fault.when == "before":
            return cut(request, fault)
        if form and (adapted := self.adapt(dict(form))) != form:
            body = urlencode(adapted).encode()
        headers = {k: v for k, v in request.headers.items() if k.lower() not in NOT_PASSED_ON}
        upstream = http.client.HTTPConnection(self.upstream, timeout=60)
        upstream.request(request.command, request.path, body or None, headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        if fault:
            return cut(request, fault)
        return give_back(request, answer, content)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def handler(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            relay.pass_on(self)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on

        def log_message(self, *_: object) -> None:
            """Says nothing: `calls` is the log."""

    return Handler


def cut(request: BaseHTTPRequestHandler, fault: Fault) -> None:
    fault.act()
    request.close_connection = True


def give_back(request: BaseHTTPRequestHandler, answer: http.client.HTTPResponse, content: bytes) -> None:
    request.send_response(answer.status)
    for name, value in answer.getheaders():
        if name.lower() not in NOT_PASSED_ON:
            request.send_header(name, value)
    length = answer.getheader("content-length") if request.command == "HEAD" else len(content)
    request.send_header("content-length", str(length or 0))
    request.end_headers()
    request.wfile.write(content)


def query_form(headers: Mapping[str, str], body: bytes) -> Form:
    """The fields of a request in AWS's Query protocol; none of one in another protocol."""
    if "x-www-form-urlencoded" not in headers.get("content-type", ""):
        return {}
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def understand(method: str, path: str, form: Form) -> Call:
    if form:
        service = "sts" if form.get("Version") == "2011-06-15" else "cloudformation"
        action = form.get("Action", "?")
        return Call(f"{service}:{action}", not action.startswith(READING))
    return Call(f"s3:{method} {urlsplit(path).path}", method not in ("GET", "HEAD"))
