"""Where webhooks may go: public https addresses, and what the operator allows beside them.

A name is looked up when the connection is made, every address it has is judged, and the connection
goes to the one that was judged: what the name says a moment later does not matter.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean
from webapp.webhooks.domain import LONGEST_URL

_PORTS = {"https": 443, "http": 80}
# At other ports a public host could be made to speak another protocol.
_PUBLIC_PORTS = frozenset({443, 8443})
_LONGEST_HOST = 253
# Translations of IPv4 addresses into IPv6, which lead wherever the address within leads.
_CARRIERS = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))

Ip = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]


class Refused(Exception):
    """The connection must not be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Hosts, networks and single origins that may be reached although they are not public."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    origins: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Allowed":
        """Read `hooks.corp.example, 10.2.0.0/16, http://10.9.0.1:81`; raises `ValueError`."""
        hosts, networks, origins = set(), [], set()
        for part in filter(None, (one.strip().lower() for one in text.split(","))):
            if "://" in part:
                origins.add(_read_origin(part))
                continue
            try:
                networks.append(ip_network(part))
            except ValueError:
                if not _is_host(part):
                    raise ValueError(f"{part!r} is neither a host nor a network.") from None
                hosts.add(part)
        return cls(frozenset(hosts), tuple(networks), frozenset(origins))

    def has(self, host: str, address: Ip) -> bool:
        """Whether the operator allows this host, or this address."""
        return host in self.hosts or any(
            address in one for one in self.networks if one.version == address.version
        )


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the receiver is called."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port, which is what one server is known by."""
        return f"{self.scheme}://{self.authority}"


def read_url(text: str, allowed: Allowed) -> Target:
    """The address, as far as its text tells that it may be used.

    Raises `Invalid` (code `bad_webhook`, field `url`).
    """
    try:
        target = parse(clean(text))
    except (Refused, Invalid):
        raise _invalid(_SHAPE) from None
    known = _literal(target.host)
    if (
        target.origin in allowed.origins
        or target.host in allowed.hosts
        or (known is not None and allowed.has("", known))
    ):
        return target
    if known is not None and not is_public(known):
        raise _invalid(_PRIVATE)
    if not allowed.networks and (target.scheme != "https" or target.port not in _PUBLIC_PORTS):
        raise _invalid(_SCHEME)
    if "." not in target.host and ":" not in target.host and not allowed.networks:
        raise _invalid(_PRIVATE)
    return target


def parse(url: str) -> Target:
    """Take an address apart; raises `Refused` for what is no plain address of a web server."""
    if len(url) > LONGEST_URL or not url.isascii() or any(sign <= " " for sign in url):
        raise Refused("This is no address.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Refused("This is no address.") from None
    is_plain = parts.scheme in _PORTS and not parts.fragment and "@" not in parts.netloc
    if not is_plain or port == 0 or "\\" in url or not (_is_host(host) or _literal(host)):
        raise Refused("This is no plain address of a web server.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], path)


def choose(target: Target, allowed: Allowed, resolve: Resolve) -> list[str]:
    """The addresses that the host has now, all of which may be reached; raises `Refused`.

    One address that may not be reached is enough to refuse the host.
    """
    found = [ip_address(one.partition("%")[0]) for one in resolve(target.host, target.port)]
    if not found:
        raise Refused("The host has no address.")
    for address in found:
        _judge(target, address, allowed)
    return list(dict.fromkeys(map(str, found)))


def resolve_now(host: str, port: int) -> list[str]:
    """Every address of a host; raises `Refused` when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused("The host is not known.") from None
    return [str(one[4][0]) for one in found]


def is_public(address: Ip) -> bool:
    """Whether an address leads into the internet and not into somebody's own network."""
    inner = _carried(address)
    if inner is not None:
        return is_public(inner)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not (isinstance(address, IPv6Address) and address.is_site_local)
    )


def _judge(target: Target, address: Ip, allowed: Allowed) -> None:
    inner = _carried(address) or address
    if target.origin in allowed.origins:
        return
    if allowed.has(target.host, address) or allowed.has(target.host, inner):
        return
    if not is_public(address):
        raise Refused("The host leads to an address that is not public.")
    if target.scheme != "https":
        raise Refused("Only https is used for public addresses.")
    if target.port not in _PUBLIC_PORTS:
        raise Refused("Only the ports 443 and 8443 are used for public addresses.")


def _read_origin(text: str) -> str:
    try:
        target = parse(text)
    except Refused:
        raise ValueError(f"{text!r} is no origin like http://10.9.0.1:81.") from None
    if target.path != "/":
        raise ValueError(f"{text!r} holds more than scheme, host and port.")
    return target.origin


def _carried(address: Ip) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for or leads to."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in one for one in _CARRIERS) or int(address) >> 32 == 0:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _literal(host: str) -> Ip | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_host(text: str) -> bool:
    """Whether it is a name; a last part of digits would be read as a number of an address."""
    parts = text.split(".")
    return (
        0 < len(text) <= _LONGEST_HOST
        and all(0 < len(part) <= 63 and _is_label(part) for part in parts)
        and not (parts[-1].isdigit() or parts[-1].startswith("0x"))
    )


def _is_label(text: str) -> bool:
    return text.isascii() and all(sign.isalnum() or sign in "-_" for sign in text)


def _invalid(text: str) -> Invalid:
    why = sentence(text)
    return Invalid(why, code="bad_webhook", fields={"url": why})


_SHAPE = N_("Write a whole address, like https://hooks.example.com/countersign.")
_SCHEME = N_("Write an address that begins with https:// and uses port 443 or 8443.")
_PRIVATE = N_("This address is not public, and the operator has not allowed it.")
