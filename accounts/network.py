"""Where a request comes from, as far as it can be known.

``X-Forwarded-For`` can be written by anybody. It is read from its end, and only while the one who
says it is a proxy that the installation has named (``LUOSHI_PROXIES``); see FAILURES E36.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address

#: The bits of an IPv6 address that one customer holds as a whole.
IPV6_PREFIX = 64


def network_of(request: HttpRequest) -> str:
    """The caller's address, or its network where an address costs nothing (IPv6).

    Empty where there is none, as behind a socket of the file system.
    """
    found = client_address(request)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, IPV6_PREFIX), strict=False))
    return str(found or "")


def client_address(request: HttpRequest) -> Address | None:
    """The nearest address that is no proxy of ours, by what our own proxies say."""
    nearest = _parsed(request.META.get("REMOTE_ADDR", ""))
    said = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while nearest and said and _is_proxy(nearest):
        further = _parsed(said.pop())
        if further is None:
            break
        nearest = further
    return nearest


def _is_proxy(address: Address) -> bool:
    return any(address in network for network in settings.LUOSHI_PROXIES)


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
