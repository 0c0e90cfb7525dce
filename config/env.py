"""Environment variables, read with a type; a wrong one stops the start and says its name."""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


class WrongSetting(Exception):
    """A variable's value cannot be meant; the text names the variable and what it may be."""


def text(name: str, default: str) -> str:
    """The variable as it stands; the default where it is unset."""
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """1, true, yes, on or 0, false, no, off in any case; empty is off."""
    given = os.environ.get(name)
    if given is None:
        return default
    word = given.strip().lower()
    if word not in TRUE | FALSE:
        raise WrongSetting(f"{name} is {given!r}; it may be 1 or 0.")
    return word in TRUE


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number within the bounds, both included; the default where it is unset or empty."""
    given = os.environ.get(name, "").strip()
    if not given:
        return default
    try:
        value = int(given)
    except ValueError:
        raise WrongSetting(f"{name} is {given!r}; it must be a whole number.") from None
    if value < least or (most is not None and value > most):
        bounds = f"at least {least}" if most is None else f"from {least} to {most}"
        raise WrongSetting(f"{name} is {value}; it must be {bounds}.")
    return value


def choice(name: str, options: tuple[str, ...]) -> str:
    """One of the options; the first where it is unset or empty."""
    given = os.environ.get(name, "").strip().lower() or options[0]
    if given not in options:
        raise WrongSetting(f"{name} is {given!r}; it may be {', '.join(options)}.")
    return given


def words(name: str, default: str) -> list[str]:
    """The comma-separated parts without blanks around them; empty parts are left out."""
    parts = (part.strip() for part in os.environ.get(name, default).split(","))
    return [part for part in parts if part]


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Comma-separated addresses and networks, as ``10.1.2.3, 172.16.0.0/12``."""
    try:
        return [ip_network(word) for word in words(name, "")]
    except ValueError as error:
        raise WrongSetting(f"{name}: {error}.") from None


def address(name: str) -> str:
    """An address of the web, or nothing; it may hold a key, so it is read as a secret.

    For the same reason a wrong one is refused without repeating it.
    """
    given = secret(name, "")
    if given and not re.fullmatch(r"https?://[\w.-]+(:\d{1,5})?(/[!-~]*)?", given, re.ASCII):
        raise WrongSetting(f"{name} must begin with https:// or http:// and a host name.")
    return given


def secret(name: str, default: str | None = None) -> str:
    """The variable, or the content of the file that ``NAME_FILE`` names.

    That is how container platforms hand over secrets. Without either, and without a default, the
    start is refused.
    """
    if given := os.environ.get(name):
        return given
    if path := os.environ.get(f"{name}_FILE"):
        return _content(f"{name}_FILE", Path(path))
    if default is None:
        raise WrongSetting(f"{name} or {name}_FILE must be set.")
    return default


def _content(name: str, path: Path) -> str:
    try:
        content = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise WrongSetting(f"{name}: {path}: {error.strerror}.") from error
    if not content:
        raise WrongSetting(f"{name}: {path} is empty.")
    return content
