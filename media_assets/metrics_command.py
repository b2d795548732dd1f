"""`media-assets metrics`."""

import signal
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from media_assets.errors import ConfigurationError
from media_assets.options import config_option

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

DEFAULT_HOST = "127.0.0.1"
_LISTEN_SECONDS = 0.5


@click.command()
@config_option
@click.option(
    "--serve",
    "address",
    metavar="[HOST:]PORT",
    help=f"Serve them over HTTP until Ctrl-C; HOST is {DEFAULT_HOST} unless it is given.",
)
def metrics(config: Path | None, address: str | None) -> None:
    """Print figures of the store for Prometheus, or serve them."""
    from prometheus_client import generate_latest

    from media_assets.exposition import registry_of
    from media_assets.stages.platform import Platform

    endpoint = None if address is None else parse_endpoint(address)
    registry = registry_of(Platform.load(config))
    if endpoint is None:
        click.echo(generate_latest(registry).decode(), nl=False)
    else:
        _serve(registry, *endpoint)


def parse_endpoint(text: str) -> tuple[str, int]:
    """Host and port of `[HOST:]PORT`; an IPv6 address stands in brackets.

    Raises:
        click.UsageError: it is none.
    """
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not (port.isascii() and port.isdecimal() and int(port) < 65_536):
        raise click.UsageError(f"--serve: {text!r} has no port; for example 9410 or 0.0.0.0:9410")
    if (colon and not bare) or (":" in bare and bare == host):
        raise click.UsageError(f"--serve: {text!r} has no host; for example 9410 or [::1]:9410")
    return bare or DEFAULT_HOST, int(port)


def _serve(registry: "CollectorRegistry", host: str, port: int) -> None:
    from prometheus_client import start_http_server

    try:
        server, _ = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        raise ConfigurationError(
            f"--serve: {host}:{port} cannot be used: {error.strerror}; name another address"
        ) from error
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"http://{shown}:{server.server_port}/metrics until Ctrl-C", err=True)
    asked = Event()
    # An exception may be raised inside of polars, which forgets it: a handler that raises none
    # is heard wherever it is called.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    while not asked.wait(_LISTEN_SECONDS):  # a wait without an end would not let it be called
        pass
    server.shutdown()
    server.server_close()
