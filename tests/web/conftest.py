from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tradetalks.web.app import Settings, create_app
from web.asking import Client
from web.serving import Served, server


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """The application without a server; one for all tests, so that it compiles once."""
    runs = tmp_path_factory.mktemp("web") / "runs"
    return Client(create_app(Settings(runs=runs, warm_up=False)))


@pytest.fixture(scope="session")
def folder(client: Client) -> Path:
    return client.app.state.settings.runs


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server; one for all tests, so that it compiles once."""
    with server(tmp_path_factory.mktemp("home"), "--no-warm-up") as found:
        yield found
