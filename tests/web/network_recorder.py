"""Sees every connection and every look-up of a name that this process asks the system for.

A hook of `sys.addaudithook` stays for good, so it has a switch. What it sees it forbids, too.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

_SENDING = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
_NAMING = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0,
           "socket.getnameinfo": 0}  # fmt: skip


class LeftTheMachineError(Exception):
    """Something would have gone out, or a name would have been asked for."""


class NetworkRecorder:
    """`seen`: what was asked of the system that is not about a loopback address."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, object]] = []
        self.is_on = False
        sys.addaudithook(self._hook)

    @contextmanager
    def watching(self) -> Iterator[list[tuple[str, object]]]:
        """Record and forbid while the block runs."""
        self.seen = []
        self.is_on = True
        try:
            yield self.seen
        finally:
            self.is_on = False

    def _hook(self, event: str, args: tuple[object, ...]) -> None:
        if not self.is_on or not (event in _SENDING or event in _NAMING):
            return
        place = args[_SENDING.get(event, _NAMING.get(event, 0))]
        if event in _SENDING and isinstance(place, str | bytes):
            return  # a socket of this machine: so processes of a pool talk to each other
        host = place[0] if event in _SENDING and isinstance(place, tuple) else place
        if host is None or is_loopback(host):
            return
        self.seen.append((event, place))
        raise LeftTheMachineError(f"{event}: {place!r}")


def is_loopback(host: object) -> bool:
    """Whether it is an address of this machine, in its usual notation; no name is."""
    text = host.decode() if isinstance(host, bytes) else host
    try:
        return isinstance(text, str) and ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False
