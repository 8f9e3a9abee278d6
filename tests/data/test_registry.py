from __future__ import annotations

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tradetalks.data import registry
from tradetalks.data.registry import Source, SourceFile
from tradetalks.errors import BadFile, CannotWrite, DataMissing, UnknownName

CONTENT = b"hs6,rate\n010121,0\n" * 50_000


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def server(tmp_path):
    """A publisher on the loopback address."""
    folder = tmp_path / "publisher"
    folder.mkdir()
    (folder / "table.csv").write_bytes(CONTENT)
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.fixture
def use(monkeypatch, tmp_path):
    """Register one source and point the data folder at an empty place."""

    def register(url: str = "", sha256: str = hashlib.sha256(CONTENT).hexdigest()) -> Path:
        file = SourceFile("a/table.csv", sha256, url)
        row = Source("demo", "d", "CC0", "c", "V", "https://example.org/tables", "", (file,))
        monkeypatch.setattr(registry, "sources", lambda: {"demo": row})
        monkeypatch.setenv("TRADETALKS_DATA", str(tmp_path / "data"))
        return tmp_path / "data" / "a"

    return register


def test_every_registered_source_is_complete():
    for s in registry.sources().values():
        assert s.files and s.licence and s.citation and s.description
        assert s.evidence in {"V", "S", "U"}
        assert s.home.startswith("https://")
        for f in s.files:
            assert len(f.sha256) == 64 and not Path(f.path).is_absolute()


def test_missing_file_says_which_where_and_how(use):
    use()
    with pytest.raises(DataMissing) as error:
        registry.find("demo")
    text = str(error.value)
    assert "a/table.csv of source 'demo' is not on this machine" in text
    assert "https://example.org/tables" in text and "TRADETALKS_DATA" in text
    assert error.value.exit_status == 3
    assert registry.list_sources()[0]["on_this_machine"] == 0


def test_other_checksum_is_its_own_message(use):
    folder = use()
    folder.mkdir(parents=True)
    (folder / "table.csv").write_bytes(b"other")
    with pytest.raises(BadFile, match="checksum is not the one registered for source 'demo'"):
        registry.find("demo")
    assert registry.find("demo", verify=False).name == "table.csv"


def test_unknown_source_and_file(use):
    use()
    with pytest.raises(UnknownName, match=r"unknown source 'demi'\. Did you mean 'demo'\?"):
        registry.find("demi")
    with pytest.raises(UnknownName, match=r"Did you mean 'table\.csv'\?"):
        registry.find("demo", "tables.csv")


def test_fetch_downloads_checks_and_places(use, server):
    folder = use(f"{server}/table.csv")
    seen = []
    (path,) = registry.fetch("demo", lambda *row: seen.append(row))
    assert path.read_bytes() == CONTENT
    assert [p.name for p in folder.iterdir()] == ["table.csv"]
    assert seen[-1] == ("a/table.csv", len(CONTENT), len(CONTENT))
    assert len(seen) > 1
    registry.fetch("demo", lambda *row: pytest.fail("fetched again"))


def test_fetch_keeps_nothing_of_a_wrong_file(use, server):
    folder = use(f"{server}/table.csv", sha256="0" * 64)
    with pytest.raises(DataMissing, match="another checksum than registered"):
        registry.fetch("demo")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("path", ["missing.csv", ":bad"])
def test_fetch_failure_leaves_nothing(use, server, path):
    folder = use(f"{server}/{path}")
    with pytest.raises(DataMissing, match="could not download"):
        registry.fetch("demo")
    assert list(folder.iterdir()) == []


def test_no_direct_download(use):
    use()
    with pytest.raises(DataMissing, match=r"has no direct download\. Get it from https://example"):
        registry.fetch("demo")


def test_unwritable_folder(use, server, tmp_path):
    use(f"{server}/table.csv")
    (tmp_path / "data").write_text("a file in the way")
    with pytest.raises(CannotWrite, match="cannot write here"):
        registry.fetch("demo")


def test_default_folder_is_the_users_cache(monkeypatch):
    monkeypatch.delenv("TRADETALKS_DATA", raising=False)
    assert "tradetalks" in str(registry.data_folder())


@pytest.mark.raw_data
def test_raw_files_match_the_registry(raw_data, monkeypatch):
    monkeypatch.setenv("TRADETALKS_DATA", str(raw_data))
    for s in registry.sources().values():
        for f in s.files:
            assert registry.find(s.name, f.path).is_file()
