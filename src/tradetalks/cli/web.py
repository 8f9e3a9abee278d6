"""`tradetalks web`: the page, on this machine."""

from __future__ import annotations

import os

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("web")(web)


def web(
    host: str = typer.Option("127.0.0.1", help="Address to listen on."),
    port: int = typer.Option(8765, help="Port; 0 takes a free one."),
    open: bool = typer.Option(False, "--open", help="Open it in the browser."),
    public: bool = typer.Option(
        False, "--public", help="Allow an address that other machines reach; a token is needed."
    ),
    warm_up: bool = typer.Option(True, help="Compile likely questions before they are asked."),
) -> None:
    """Open the page: the law today, and what if? Serves on this machine until Ctrl-C."""
    from tradetalks.cli.home import runs_folder, use_compilation_cache
    from tradetalks.web.serve import serve

    use_compilation_cache()
    token = os.environ.get("TRADETALKS_TOKEN", "")
    serve(
        host,
        port,
        runs_folder(),
        public=public,
        token=token,
        open_browser=open,
        warm_up=warm_up,
    )
