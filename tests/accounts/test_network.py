"""Whose word about the client's address is taken."""

from ipaddress import ip_network

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from accounts.apps import proxies_are_named
from accounts.network import network_of

NEAR, PROXY, OTHER_PROXY = "203.0.113.7", "10.0.0.1", "10.0.0.2"


def network(nearest: str, said: str = "") -> str:
    headers = {"X-Forwarded-For": said} if said else {}
    return network_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=nearest))


def test_without_a_proxy_what_is_said_is_passed_over() -> None:
    assert network(NEAR, "198.51.100.1") == NEAR


@pytest.mark.parametrize(
    ("nearest", "said", "meant"),
    [
        (PROXY, "198.51.100.1", "198.51.100.1"),
        (PROXY, f"6.6.6.6, {NEAR}", NEAR),
        (PROXY, f"6.6.6.6, {NEAR}, {OTHER_PROXY}", NEAR),
        (PROXY, f"6.6.6.6, {OTHER_PROXY}, {NEAR}", NEAR),
        (NEAR, f"6.6.6.6, {PROXY}", NEAR),
        (PROXY, "", PROXY),
        (PROXY, "6.6.6.6, nonsense", PROXY),
        (PROXY, "6.6.6.6,", PROXY),
        (PROXY, OTHER_PROXY, OTHER_PROXY),
        (f"::ffff:{PROXY}", f"::ffff:{NEAR}", NEAR),
        (PROXY, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", NEAR, ""),
    ],
)
def test_a_named_proxy_is_believed_and_nobody_before_the_first_stranger(
    settings: Settings, nearest: str, said: str, meant: str
) -> None:
    settings.LUOSHI_PROXIES = [ip_network("10.0.0.0/30")]
    assert network(nearest, said) == meant


def test_a_proxy_that_nobody_named_is_warned_of(settings: Settings) -> None:
    settings.LUOSHI_HTTPS = True
    assert [found.id for found in proxies_are_named(None)] == ["accounts.W001"]
    settings.LUOSHI_PROXIES = [ip_network("10.0.0.1")]
    assert proxies_are_named(None) == []
