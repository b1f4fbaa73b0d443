"""An imitation of Yahoo Finance on a loopback port, for programs that use yfinance unchanged.

The port is an HTTP proxy: with the environment of `FakeYahoo.environment`, a program goes on
talking to ``https://query2.finance.yahoo.com`` and is answered here. Any other host is refused,
so nothing leaves the machine.

A fault is a dict: ``kind``, and optionally ``endpoint`` (chart, tz, prices, info, quote,
timeseries, crumb, cookie or ``*``; default chart, which is tz and prices), ``symbol`` (one, a list
or ``*``), ``times`` (how often; default for ever), ``skip`` (how many to let pass first). Kinds of
the transport: rate_limit, edge_limit, not_found, server_error, down, bad_crumb, truncated,
short_body, html, empty_body, slow (delay), hang (delay), reset. Those of the content are listed in
`yahoo.responses`.

With `chance`, a share of all requests for prices gets a fault of `CHANCES` at random.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from yahoo import responses
from yahoo.certificates import make_certificates

CRUMB = "fAkEcRuMb01"
COOKIE = "A3=d=FAKE; Domain=.yahoo.com; Max-Age=31536000; Path=/; HttpOnly; Secure"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
JSON, HTML, TEXT = "application/json", "text/html", "text/plain"
ENDPOINTS = [
    (r"/v8/finance/chart/([^/]+)", "chart", responses.chart),
    (r"/v10/finance/quoteSummary/([^/]+)", "info", responses.quote_summary),
    (r"/v7/finance/quote", "quote", responses.quote),
    (
        r"/ws/fundamentals-timeseries/v1/finance/timeseries/([^/]+)",
        "timeseries",
        responses.timeseries,
    ),
]
CANNED = {
    "rate_limit": (429, "Too Many Requests\r\n", TEXT),
    "edge_limit": (200, "Edge: Too Many Requests", TEXT),
    "not_found": (404, {"chart": {"result": None, "error": responses.UNKNOWN}}, JSON),
    "server_error": (500, {"finance": {"result": None, "error": {"code": "Error"}}}, JSON),
    "bad_crumb": (401, {"finance": {"error": {"description": "Invalid Crumb"}}}, JSON),
    "down": (502, "<html><body><h1>Will be right back...</h1></body></html>", HTML),
    "html": (200, "<html><body>Oops</body></html>", HTML),
    "empty_body": (200, "", JSON),
}
CHANCES = ("server_error", "down", "truncated", "html", "empty_body", "reset", "empty_result")
"""Faults of the soak; 429 stops all workers for a while and has tests of its own."""


class FakeYahoo:
    """The server, as a context manager; `log` lists the requests it got.

    Parameters
    ----------
    universe : dict of str to Symbol
        What it knows, which a test may change while it runs.
    certificates : Path
        Folder for its certificates; made once, reused when given again.
    faults : list of dict
        What goes wrong.
    rate : (int, float), optional
        Most chart requests, and in how many seconds; the response to others is 429.
    chance : float
        Share of the chart requests that fail at random.
    """

    def __init__(self, universe, certificates: Path, faults=(), rate=None, chance=0.0):
        self.universe, self.rate, self.chance = universe, rate, chance
        self.dice = random.Random(7)
        self.set_faults(faults)
        self.log, self.stopped, self.lock, self._recent = (
            [],
            threading.Event(),
            threading.Lock(),
            [],
        )
        self.authority, server = make_certificates(certificates)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(server)
        self.tls.set_alpn_protocols(["http/1.1"])
        handler = type("BoundHandler", (_Handler,), {"yahoo": self})
        self.server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def set_faults(self, faults) -> None:
        self.faults = [dict(fault, seen=0) for fault in faults]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()

    def environment(self, cache: Path) -> dict[str, str]:
        """Variables under which an unchanged program is answered by this server."""
        drop = {*PROXIES, *(name.lower() for name in PROXIES)}
        env = {key: value for key, value in os.environ.items() if key not in drop}
        proxied = ("HTTPS_PROXY", "https_proxy", "http_proxy", "ALL_PROXY")
        env |= dict.fromkeys(proxied, self.url)
        env |= dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost,::1")
        # Each HTTP library reads another one of these first.
        trust = ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
        env |= dict.fromkeys(trust, str(self.authority))
        return env | {"XDG_CACHE_HOME": str(cache)}

    def asked(self, endpoint: str) -> list[str]:
        """Symbols of the requests to an endpoint, in order."""
        return [request["symbol"] for request in self.log if request["endpoint"] == endpoint]

    def fault(self, tags, symbol) -> dict:
        """First fault that applies, counted; empty when none does."""
        with self.lock:
            for fault in self.faults:
                named = fault.get("symbol", "*")
                if fault.get("endpoint", "chart") not in (*tags, "*"):
                    continue
                if named != "*" and symbol not in ([named] if isinstance(named, str) else named):
                    continue
                fault["seen"] += 1
                count = fault["seen"] - fault.get("skip", 0)
                if 0 < count <= fault.get("times", count):
                    return fault
            if "chart" in tags and self.dice.random() < self.chance:
                return {"kind": self.dice.choice(CHANCES)}
        return {}

    def limited(self) -> bool:
        """Whether this chart request is one too many."""
        if self.rate is None:
            return False
        most, seconds = self.rate
        with self.lock:
            now = time.monotonic()
            self._recent = [moment for moment in self._recent if moment > now - seconds]
            if len(self._recent) >= most:
                return True
            self._recent.append(now)
            return False


class _Server(ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 512

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), (ConnectionError, ssl.SSLError)):  # clients may leave
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    yahoo: FakeYahoo
    host = ""

    def log_message(self, *_):
        """Keep the test output clean; requests are in `FakeYahoo.log`."""

    def do_CONNECT(self):
        self.host = self.path.rsplit(":", 1)[0]
        if not re.fullmatch(r"(.+\.)?yahoo\.com", self.host):
            self._note("refused", None, "")
            self.send_error(403, "only *.yahoo.com")
            self.close_connection = True
            return
        self.wfile.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
        self.wfile.flush()
        self.connection = self.request = self.yahoo.tls.wrap_socket(
            self.connection, server_side=True
        )
        self.connection.settimeout(self.timeout)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def do_GET(self):
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        tags, symbol, answer = self._route(url.path, query)
        fault = self.yahoo.fault(tags, symbol)
        kind = fault.get("kind", "")
        self._note(tags[-1], symbol, kind, query)
        try:
            self._answer(tags, symbol, answer, query, fault)
        except (ConnectionError, ssl.SSLError):
            self.close_connection = True

    def _note(self, endpoint, symbol, fault, query=()) -> None:
        request = {"host": self.host, "endpoint": endpoint, "symbol": symbol, "fault": fault}
        request |= {name: query[name] for name in ("period1", "period2") if name in query}
        with self.yahoo.lock:
            self.yahoo.log.append(request)

    def _route(self, path, query):
        """Tags of the endpoint, the symbol, and who answers."""
        for pattern, name, answer in ENDPOINTS:
            if match := re.fullmatch(pattern, path):
                symbol = unquote(match[1]) if match.groups() else query.get("symbols")
                probe = query.get("range") == "1d" and "events" not in query
                tags = ["chart", "tz" if probe else "prices"] if name == "chart" else [name]
                return tags, symbol, answer
        if path == "/v1/test/getcrumb":
            return ["crumb"], None, None
        if self.host == "fc.yahoo.com":
            return ["cookie"], None, None
        consent = "consent" in path.lower() or self.host.startswith(("guce.", "consent."))
        return ["consent" if consent else "other"], None, None

    def _answer(self, tags, symbol, answer, query, fault) -> None:
        kind = fault.get("kind")
        if kind == "hang":
            self.yahoo.stopped.wait(fault.get("delay", 3600))
            self.close_connection = True
            return
        if kind == "reset":
            self.connection.close()
            self.close_connection = True
            return
        if kind == "slow":
            time.sleep(fault["delay"])
        if kind in CANNED:
            self._send(*CANNED[kind])
            return
        status, body, content = self._healthy(tags, symbol, answer, query, fault)
        if kind == "truncated":
            text = json.dumps(body)
            body = text[: len(text) // 2]
        self._send(status, body, content, short=kind == "short_body")

    def _healthy(self, tags, symbol, answer, query, fault):
        """Status, body and type of the answer, content faults included."""
        if tags == ["cookie"]:
            return 404, "<html></html>", HTML
        if tags == ["crumb"]:
            return 200, CRUMB, TEXT
        if tags == ["consent"]:
            fields = ("csrfToken", "sessionId")
            form = "".join(f'<input name="{name}" value="x"/>' for name in fields)
            return 200, f"<form>{form}</form>", HTML
        if answer is None:
            return 404, "unknown path", TEXT
        if "chart" in tags and self.yahoo.limited():
            return CANNED["rate_limit"]
        if tags[-1] in ("info", "quote") and query.get("crumb") != CRUMB:
            return 401, {"finance": {"error": {"description": "Invalid Crumb"}}}, JSON
        return *answer(self.yahoo.universe.get(symbol), query, fault), JSON

    def _send(self, status, body, content, short=False) -> None:
        """Send an answer; `short` closes the line half-way through the body."""
        text = body if isinstance(body, str) else json.dumps(body)
        sent = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content)
        self.send_header("Content-Length", str(len(sent)))
        if self.host == "fc.yahoo.com":
            self.send_header("Set-Cookie", COOKIE)
        self.end_headers()
        self.wfile.write(sent[: len(sent) // 2] if short else sent)
        if short:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
