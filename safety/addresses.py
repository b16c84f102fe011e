"""Which addresses an alert may be sent to. Pure.

A mistaken setting, or a name server, could point an alert at this machine or at the net it stands in. Only addresses
that everybody can reach are allowed, except those the operator has listed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Self

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PUBLIC_IPV6: Final = IPv6Network("2000::/3")
"""The only IPv6 space given out for the public net; NAT64, mapped, compatible, site-local and multicast lie outside.

Source: IANA, Internet Protocol Version 6 Address Space.
"""
NOT_PUBLIC: Final = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # protocol assignments, Teredo among them
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)
"""What Python 3.11's `is_global` lets through. Source: IANA special-purpose address registries (RFC 6890)."""


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public net, whatever dress it comes in."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address not in PUBLIC_IPV6:
            return False
    reserved = address.is_multicast or any(address in network for network in NOT_PUBLIC)
    return address.is_global and not reserved


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """What the operator lists as their own: hosts and networks that may be internal and without TLS.

    Args:
        names: host names, lower case.
        networks: networks; a single address is one of full length.
    """

    names: frozenset[str]
    networks: tuple[Network, ...]

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> Self:
        """From OUTBOUND_ALLOWED_HOSTS: what is not an address or a network is a name."""
        names, networks = set[str](), list[Network]()
        for text in texts:
            try:
                networks.append(ip_network(text.strip("[]"), strict=False))
            except ValueError:
                names.add(text.lower().rstrip("."))
        return cls(frozenset(names), tuple(networks))

    def own(self, host: str, addresses: Sequence[Address]) -> bool:
        """Whether a host, with every address it has, is the operator's own."""
        return host in self.names or all(self._lists(address) for address in addresses)

    def permit(self, host: str, addresses: Sequence[Address]) -> bool:
        """Whether every address of a host may be connected to."""
        return host in self.names or all(
            is_public(address) or self._lists(address) for address in addresses
        )

    def _lists(self, address: Address) -> bool:
        plain = (
            address.ipv4_mapped
            if isinstance(address, IPv6Address) and address.ipv4_mapped
            else address
        )
        return any(plain in network for network in self.networks)


def parsed(text: str) -> Address:
    """An address as the resolver writes it; a scope (`%eth0`) is kept by it and is never public."""
    return ip_address(text)
