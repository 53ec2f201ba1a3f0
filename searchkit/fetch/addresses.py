"""Names to numeric addresses, and which of those are of the public internet."""

from __future__ import annotations

import ipaddress
import socket
import threading

# IANA's special-purpose registries: what is not of the public internet.
_NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
# Inside it: Teredo and other protocols, examples, 6to4 (they carry IPv4 addresses).
_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# How an IPv6-only network reaches IPv4 hosts: the last 32 bits are the address (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def resolve(host: str, port: int, timeout_s: float) -> list[str]:
    """Give the numeric addresses of a host; the system's resolver knows no deadline."""
    found: list[str] = []
    failure: list[OSError | UnicodeError] = []

    def look_up() -> None:
        try:
            found.extend(_look_up(host, port))
        except (OSError, UnicodeError) as exc:
            failure.append(exc)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(timeout_s)
    if thread.is_alive():
        raise TimeoutError
    if failure:
        raise failure[0]
    return found


def _look_up(host: str, port: int) -> list[str]:
    """The one place where names are resolved."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in answers))


def is_public_address(address: str) -> bool:
    """Whether a numeric address is of the public internet.

    IPv4 addresses inside IPv6 ones count as what they lead to, where they lead anywhere.

    >>> is_public_address("9.9.9.9"), is_public_address("2620:fe::fe")
    (True, True)
    >>> [is_public_address(a) for a in ("127.0.0.1", "::ffff:10.0.0.1", "fe80::1%eth0", "x")]
    [False, False, False, False]
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        elif found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        else:
            return found in _PUBLIC_6 and not any(found in net for net in _NOT_PUBLIC_6)
    return not any(found in net for net in _NOT_PUBLIC_4)
