"""Which addresses are public, and which are the operator's own."""

from ipaddress import ip_address

import pytest

from safety.addresses import AllowedHosts, is_public


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("::ffff:93.184.216.34", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),  # carrier-grade NAT
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("240.0.0.1", False),
        ("224.0.0.1", False),  # multicast
        ("192.0.0.8", False),
        ("192.88.99.1", False),  # 6to4 relay
        ("198.18.0.1", False),
        ("203.0.113.1", False),
        ("::1", False),
        ("::", False),
        ("::ffff:127.0.0.1", False),  # v4-mapped
        ("::127.0.0.1", False),  # v4-compatible
        ("2002:7f00:1::", False),  # 6to4
        ("64:ff9b::7f00:1", False),  # NAT64
        ("64:ff9b:1::1", False),
        ("2001:0:7f00:1::", False),  # Teredo
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),  # site-local
        ("ff02::1", False),
        ("ff0e::1", False),  # global multicast
        ("5f00::1", False),
    ],
)
def test_only_addresses_that_everybody_reaches_are_public(text, public):
    assert is_public(ip_address(text)) is public


@pytest.mark.parametrize(
    ("allowed", "host", "addresses", "own", "permitted"),
    [
        ([], "a.example", ["93.184.216.34"], False, True),
        ([], "a.example", ["10.0.0.1"], False, False),
        (["A.example."], "a.example", ["10.0.0.1"], True, True),
        (["b.example"], "a.example", ["10.0.0.1"], False, False),
        (["10.0.0.0/8"], "a.example", ["10.0.0.1"], True, True),
        (["10.0.0.1"], "a.example", ["10.0.0.1", "10.0.0.2"], False, False),
        (["10.0.0.1"], "a.example", ["10.0.0.1", "93.184.216.34"], False, True),
        (["10.0.0.1"], "a.example", ["::ffff:10.0.0.1"], True, True),
        (["[fd00::1]"], "a.example", ["fd00::1"], True, True),
        (["fd00::/8"], "a.example", ["10.0.0.1"], False, False),
    ],
)
def test_what_the_operator_lists_is_theirs_and_nothing_else(
    allowed, host, addresses, own, permitted
):
    listed = AllowedHosts.from_texts(allowed)
    found = [ip_address(text) for text in addresses]
    assert (listed.own(host, found), listed.permit(host, found)) == (own, permitted)
