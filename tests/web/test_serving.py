"""A real server: it stops, it refuses what it should, and many or rude readers do not hurt it."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from web.serving import Served, server

PAGES = ("", "law", "answers", "answer?s301=150&stage=first", "api/status", "chart/law")


def fifty(served: Served) -> Counter[int]:
    """Let fifty readers look at four pages each, all at once; count the statuses."""

    def read(reader: int) -> Counter[int]:
        found = Counter[int]()
        with httpx.Client(base_url=served.address, timeout=60) as client:
            for i in range(4):
                found[client.get(PAGES[(reader + i) % len(PAGES)]).status_code] += 1
        return found

    with ThreadPoolExecutor(50) as pool:
        return sum(pool.map(read, range(50)), Counter[int]())


def test_fifty_readers_at_once(served: Served) -> None:
    first = httpx.get(f"{served.address}answer?s301=150&stage=first", timeout=60)
    first.raise_for_status()
    assert fifty(served) == {200: 200}


WORDS = (
    "",
    "A",
    "-1",
    "9" * 30,
    "NaN",
    "%00",
    "%ff%fe",
    "../../etc/passwd",
    "<script>",
    "'\"",
    "{{7*7}}",
    "\u4e2d\u56fd",
    "a" * 3000,
    "1e400",
    "[]",
    "!!python/object:os.system",
)
KEYS = (
    "s301",
    "lapse",
    "scenario",
    "yaml",
    "stage",
    "width",
    "horizon",
    "v",
    "c",
    "code",
    "on",
    "vs",
    "law",
    "from",
    "importer",
    "__proto__",
)
PATHS = (
    "",
    "answer",
    "number",
    "data.csv",
    "scenario.yaml",
    "report",
    "law",
    "answers/x",
    "chart/law",
    "api/duty",
    "api/status",
    "api/timeline",
    "api/run",
    "api/jobs",
    "api/jobs/x/events",
    "upload",
    "static/x",
    "static/%2e%2e/app.py",
    "nothing",
    "%00",
    "vega.js/x",
)
BODIES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"scenario": 3}',
    b'{"yaml": "a: [", "scenario": "x"}',
    b"\xff" * 99,
    b'{"sliders": {"s301": "x"}}',
    b"a" * 120_000,
    b'{"yaml": "name: x\\nquestion: y\\nworld: /etc"}',
    b"name: &a [*a]\nquestion: *a\n",
    b"[" * 5000,
    b'{"command": "nash", "fields": {"start": ";"}}',
)


def rude(draw: random.Random, served: Served, client: httpx.Client) -> int:
    """Make one malformed request; return the status, 0 where the connection was closed."""
    if draw.random() < 0.2:
        return broken_http(draw, served)
    method = draw.choice(("GET", "GET", "POST", "DELETE", "PUT", "HEAD", "PATCH", "OPTIONS"))
    query = "&".join(f"{draw.choice(KEYS)}={draw.choice(WORDS)}" for _ in range(draw.randrange(4)))
    path = f"{draw.choice(PATHS)}?{query}"
    headers = {
        "content-type": draw.choice(("application/json", "text/plain", "x", "multipart/form-data"))
    }
    body = draw.choice(BODIES) if method in ("POST", "PUT", "PATCH") else None
    return client.request(method, path, content=body, headers=headers).status_code


def broken_http(draw: random.Random, served: Served) -> int:
    place = urlsplit(served.address)
    lines = (
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        draw.randbytes(200) + b"\r\n\r\n",
    )
    with socket.create_connection((place.hostname, place.port), timeout=20) as line:
        line.sendall(draw.choice(lines))
        line.shutdown(socket.SHUT_WR)
        try:
            reply = line.recv(64)
        except ConnectionResetError:
            return 0
    return int(reply.split()[1]) if reply.startswith(b"HTTP/") else 0


def malformed(served: Served, count: int) -> Counter[int]:
    draw = random.Random(11)
    found = Counter[int]()
    with httpx.Client(base_url=served.address, timeout=20) as client:
        for _ in range(count):
            found[rude(draw, served, client)] += 1
    return found


def test_malformed_requests_never_break_it(served: Served) -> None:
    found = malformed(served, 250)
    assert not any(status >= 500 for status in found), found
    assert {0, 400, 404, 413, 421, 422} <= set(found) | {0}
    assert httpx.get(served.address, timeout=20).status_code == 200
    assert served.process.poll() is None


def test_it_stops_within_seconds_whatever_it_does(tmp_path: Path) -> None:
    with server(tmp_path) as served:
        asked = threading.Thread(target=lambda: _quietly(f"{served.address}answer?chips=5"))
        asked.start()
        body = {"command": "nash"}
        job = httpx.post(f"{served.address}api/jobs", json=body, timeout=20).json()["id"]
        events = threading.Thread(target=lambda: _quietly(f"{served.address}api/jobs/{job}/events"))
        events.start()
        time.sleep(1.0)  # compiling, solving, streaming
        assert served.stop() < 5.0
        asked.join(10)
        events.join(10)


def _quietly(address: str) -> None:
    try:
        httpx.get(address, timeout=30)
    except httpx.HTTPError:
        return


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "can be reached by other machines. Add --public"),
        (["--port", "70000"], "is no port"),
        (["--host", "no.such.host.invalid", "--public"], "cannot listen on"),
    ],
)
def test_what_it_will_not_serve(arguments: list[str], words: str) -> None:
    command = [sys.executable, "-m", "tradetalks", "web", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "") and words in done.stderr


def test_a_taken_port_is_said(served: Served) -> None:
    port = str(urlsplit(served.address).port)
    command = [sys.executable, "-m", "tradetalks", "web", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and "--port 0 takes a free one" in done.stderr


def test_a_public_page_needs_its_token(tmp_path: Path) -> None:
    with server(
        tmp_path, "--no-warm-up", "--host", "0.0.0.0", "--public", TRADETALKS_TOKEN="open"
    ) as served:
        port = urlsplit(served.address).port
        assert served.address.endswith("?token=open")
        assert httpx.get(f"http://127.0.0.1:{port}/law", timeout=20).status_code == 401
        entered = httpx.get(
            f"http://127.0.0.1:{port}/law", headers={"authorization": "Bearer open"}, timeout=20
        )
        assert entered.status_code == 200
