"""A package index on the loopback, for tests of pip: pages in JSON or HTML, a proxy, a password."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

JSON = "application/vnd.pypi.simple.v1+json"


class PackageIndex:
    """Files by package; each file with its content and the SHA-256 that the index claims.

    Parameters
    ----------
    files : dict
        Package, then file name, then (content or None for a file that is gone, claimed SHA-256).
    html : bool
        Pages are HTML with anchors, not JSON.
    login : str
        ``user:password`` that is asked for.
    """

    def __init__(self, files: dict, html: bool = False, login: str = "") -> None:
        self.files, self.html, self.login = files, html, login
        self.paths: list[str] = []
        """Path of each request, with scheme and host where it came as to a proxy."""
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/simple"

    def answer(self, path: str, accepted: str) -> tuple[int, str, bytes]:
        """Status, type and content."""
        parts = urlsplit(path).path.strip("/").split("/")
        if parts[0] == "files":
            content = self.files.get(parts[1], {}).get(parts[2], (None, ""))[0]
            return (
                (404, "text/plain", b"") if content is None else (200, "application/gzip", content)
            )
        package = parts[-1]
        if package not in self.files:
            return 404, "text/plain", b""
        listed = [(name, digest) for name, (_, digest) in self.files[package].items()]
        if self.html or JSON not in accepted:
            rows = [
                f'<a href="/files/{package}/{name}{"#sha256=" * bool(digest)}{digest}">{name}</a>'
                for name, digest in listed
            ]
            return 200, "text/html", "\n".join(["<!DOCTYPE html>", *rows]).encode()
        page = {
            "meta": {"api-version": "1.0"},
            "name": package,
            "files": [
                {
                    "filename": name,
                    "url": f"/files/{package}/{name}",
                    "hashes": {"sha256": digest} if digest else {},
                }
                for name, digest in listed
            ],
        }
        return 200, JSON, json.dumps(page).encode()


@contextmanager
def serving(index: PackageIndex) -> Iterator[PackageIndex]:
    """Serve an index until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.paths.append(self.path)
            wanted = "Basic " + base64.b64encode(index.login.encode()).decode()
            if index.login and self.headers.get("Authorization") != wanted:
                status, kind, content = 401, "text/plain", b""
            else:
                status, kind, content = index.answer(self.path, self.headers.get("Accept", ""))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="index"')
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    index.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
