"""A throw-away certificate authority for ``*.yahoo.com``, made with the openssl command."""

from __future__ import annotations

import subprocess
from pathlib import Path

NAMES = "DNS:*.yahoo.com,DNS:yahoo.com,DNS:*.finance.yahoo.com,DNS:finance.yahoo.com"


def make_certificates(folder: Path) -> tuple[Path, Path]:
    """Authority and server certificate (key included); made once a folder."""
    authority, server = folder / "ca.pem", folder / "server.pem"
    if authority.exists() and server.exists():
        return authority, server
    folder.mkdir(parents=True, exist_ok=True)
    new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    _run(
        folder,
        *[*new, "-x509", "-days", "3650", "-keyout", "ca.key", "-out", "ca.pem"],
        *["-subj", "/CN=imitation of Yahoo, test authority"],
        *["-addext", "basicConstraints=critical,CA:TRUE"],
        *["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
    )
    _run(folder, *new, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=*.yahoo.com")
    (folder / "leaf.cnf").write_text(
        f"subjectAltName={NAMES}\nbasicConstraints=CA:FALSE\n"
        "extendedKeyUsage=serverAuth\nkeyUsage=digitalSignature\n"
    )
    sign = "openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 825"
    _run(folder, *sign.split(), "-out", "leaf.pem", "-extfile", "leaf.cnf")
    server.write_text((folder / "leaf.key").read_text() + (folder / "leaf.pem").read_text())
    return authority, server


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
