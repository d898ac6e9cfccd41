"""The network by which attempts are counted."""

import pytest

from souk.accounts.auth.service.throttling import network_of


@pytest.mark.parametrize(
    ("source_ip", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
    ],
)
def test_a_network_is_an_ipv4_address_or_the_64_bits_of_one_ipv6_customer(source_ip: str, network: str) -> None:
    assert network_of(source_ip) == network
