"""Which addresses may be reached: global ones, and those that the configuration names.

`ipaddress.is_global` alone is not enough. It differs between versions of Python, and it calls
addresses global that carry another one inside, by which a packet comes back into the own network.
"""

import re
import socket
from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from media_assets.errors import WebRefusedError

Address = IPv4Address | IPv6Address

# The registries of special-purpose addresses (RFC 6890 and later) and of multicast.
_NETS_4: Final = tuple(
    (IPv4Network(net), what)
    for net, what in (
        ("0.0.0.0/8", "of this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared behind a carrier's NAT"),
        ("127.0.0.0/8", "of this machine"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "of IETF protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "a relay of 6to4"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_NETS_6: Final = tuple(
    (IPv6Network(net), what)
    for net, what in (
        ("::/128", "unspecified"),
        ("::1/128", "of this machine"),
        ("::/96", "IPv4-compatible, which is not used any more"),
        ("64:ff9b:1::/48", "for NAT64 of one network"),
        ("fc00::/7", "unique local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
        ("2001::/32", "a tunnel of Teredo"),
        ("2001:db8::/32", "for documentation"),
        ("2001::/23", "of IETF protocols"),
        ("2002::/16", "a tunnel of 6to4"),
        ("3fff::/20", "for documentation"),
        ("3ffe::/16", "of the 6bone, which is gone"),
    )
)
_UNICAST_6: Final = IPv6Network("2000::/3")
"""All that is given out as global unicast; whatever else comes up later is not known here."""
_NAT64: Final = IPv6Network("64:ff9b::/96")
_NUMERIC: Final = re.compile(r"[0-9a-fx.]+", re.IGNORECASE)


def host_address(host: str) -> Address | None:
    """The address that a host is written as, in any notation; None for a name.

    Also the decimal, octal, hexadecimal and short forms that the system's resolver takes.
    """
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        pass
    if not _NUMERIC.fullmatch(host):
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def why_not_global(address: Address) -> str | None:
    """What an address is that may not be reached; None when it is global.

    An IPv4 address inside an IPv6 one (mapped, NAT64) is judged in its place; tunnels whose other
    end lies in the address (6to4, Teredo) are refused.
    """
    if isinstance(address, IPv6Address):
        return _why_not_global_6(address)
    return next((what for net, what in _NETS_4 if address in net), None) or (
        None if address.is_global else "not global"
    )


def _why_not_global_6(address: IPv6Address) -> str | None:
    if address.scope_id is not None:
        return "of one link, by its zone"
    inside = address.ipv4_mapped
    if inside is None and address in _NAT64:
        inside = IPv4Address(int(address) & 0xFFFF_FFFF)
    if inside is not None:
        what = why_not_global(inside)
        return what and f"{inside}, which is {what}"
    what = next((what for net, what in _NETS_6 if address in net), None)
    if what is None and not (address in _UNICAST_6 and address.is_global):
        what = "not global"
    return what


def checked(
    host: str, port: int, answers: Sequence[str], allowed: Collection[str]
) -> tuple[Address, ...]:
    """The addresses of a host, in their order, when all of them may be reached.

    `allowed` are exceptions, `address:port`. One that may not be reached refuses the whole host:
    a name that leads into a network on purpose would else be tried until chance lets it in.

    Raises:
        WebRefusedError: one of them is not global; the message names it.
    """
    addresses = tuple(dict.fromkeys(_parsed(host, answer) for answer in answers))
    for address in addresses:
        what = why_not_global(address)
        if what is not None and endpoint(address, port) not in allowed:
            named = f"{host} is {address}" if host != str(address) else host
            raise WebRefusedError("AddressRefused", f"{named}, an address that is {what}")
    return addresses


def endpoint(address: Address, port: int) -> str:
    """An address with a port as the configuration writes it."""
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def _parsed(host: str, answer: str) -> Address:
    try:
        return ip_address(answer)
    except ValueError as error:
        message = f"{host} is {answer!r}, which is no address"
        raise WebRefusedError("AddressRefused", message) from error
