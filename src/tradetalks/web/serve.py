"""Serving: the port, the address, and stopping within seconds of being told to."""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
import sys
import threading
import webbrowser
from pathlib import Path

from tradetalks.errors import BadInput, BadNumber
from tradetalks.web.guard import LOOPBACK

_GRACE = 2  # seconds for answers under way


def serve(
    host: str,
    port: int,
    runs: Path,
    *,
    public: bool = False,
    token: str = "",
    open_browser: bool = False,
    warm_up: bool = True,
    environment: dict[str, str] | None = None,
) -> None:
    """Serve the page until SIGINT or SIGTERM; `port` 0 takes a free one.

    Raises BadInput for an address that is not this machine's own without `public`, or a port that
    is taken. The process ends here: what is being compiled or solved does not hold it up.
    """
    loopback = is_loopback(host)
    if not loopback and not public:
        raise BadInput(
            f"--host {host} can be reached by other machines.",
            cure="Add --public if you mean it; readers then need a token, which is printed.",
        )
    if not 0 <= port <= 65535:
        raise BadNumber(f"--port {port} is no port.", cure="Give 0 to 65535; 0 takes a free one.")
    listening = _listen(host, port)
    token = token or (secrets.token_urlsafe(24) if public else "")

    import uvicorn

    from tradetalks.web.app import Settings, create_app

    settings = Settings(
        runs=runs,
        hosts=(*LOOPBACK, host) if loopback else (),
        token=token,
        environment=environment or {},
        warm_up=warm_up,
    )
    config = uvicorn.Config(
        create_app(settings),
        log_level="error",
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=15,
        limit_concurrency=200,
        h11_max_incomplete_event_size=32_768,
        server_header=False,
    )
    address = f"http://{_name(host)}:{listening.getsockname()[1]}/"
    address += f"?token={token}" if token else ""
    sys.stdout.write(f"tradetalks is at {address}\nStop it with Ctrl-C.\n")
    sys.stdout.flush()
    if open_browser:
        threading.Timer(0.5, webbrowser.open, (address,)).start()
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        # Compilation runs in native threads that interpreters wait for; nothing is left to save.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(256)  # who comes before the first answer waits
    except (OSError, UnicodeError) as error:
        found.close()
        why = getattr(error, "strerror", None) or "no such address"
        raise BadInput(
            f"cannot listen on {host}, port {port}: {why}.",
            cure="Give another --port; --port 0 takes a free one.",
        ) from None
    return found


def _name(host: str) -> str:
    return f"[{host}]" if ":" in host else host
