"""Real proxies in front of Slipway, configured as docs/operating.md says."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs" / "operating.md"
SECTION = "### Letting the proxy send packages"

#: Seconds in which a proxy listens.
STARTING = 10.0


@contextmanager
def nginx(folder: Path, *, upstream: str, blobs: Path) -> Generator[str]:
    """Lend the address of nginx, which keeps everything of its own in *folder*."""
    port = _free_port()
    said = re.sub(r"\n *ssl_cert.*", "", _documented("nginx", upstream, blobs))
    server = said.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"user root; daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{places}{server}}}\n"
    )
    with _running(["nginx", "-p", str(folder), "-c", str(config)], port) as address:
        yield address


@contextmanager
def caddy(folder: Path, *, upstream: str, blobs: Path) -> Generator[str]:
    """Lend the address of Caddy, which keeps everything of its own in *folder*."""
    port = _free_port()
    said = _documented("caddyfile", upstream, blobs)
    site = said.replace("slipway.example.com {", f"http://127.0.0.1:{port} {{", 1)
    config = folder / "Caddyfile"
    config.write_text("{\n    admin off\n}\n" + site)
    told = ["caddy", "run", "--adapter", "caddyfile", "--config", str(config)]
    with _running(told, port, HOME=str(folder), XDG_DATA_HOME=str(folder)) as address:
        yield address


def _documented(language: str, upstream: str, blobs: Path) -> str:
    """Return the configuration of the docs, for this Slipway."""
    section = DOCS.read_text().partition(SECTION)[2]
    block = section.partition(f"\n```{language}\n")[2].partition("\n```")[0]
    assert "/var/lib/slipway/blobs" in block
    return block.replace("/var/lib/slipway/blobs", str(blobs)).replace("127.0.0.1:8080", upstream)


@contextmanager
def _running(command: list[str], port: int, **environment: str) -> Generator[str]:
    program = shutil.which(command[0])
    assert program is not None
    process = subprocess.Popen(
        [program, *command[1:]],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTING
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
