"""Group robots of WeCom, DingTalk and Feishu: one POST to the address that the operator has set.

Government installations of these are private, so the address is a setting with nothing built in;
no person ever enters one. It holds the robot's key and is therefore in no message of an error.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

#: Seconds that each step of the conversation may take.
TIMEOUT = 10
#: Bytes of an answer that are looked at; all three vendors answer with one short object.
LONGEST_ANSWER = 64 * 1024
#: Characters of the vendor's own words that an operator is shown.
SHOWN = 200
#: Where an answer has its code: WeCom and DingTalk, Feishu of today, older Feishu.
CODES = ("errcode", "code", "StatusCode")
WORDS = ("errmsg", "msg", "StatusMessage")

Body = dict[str, Any]


class RobotRefused(Exception):
    """The vendor has not taken the post; the text says why, in its words."""


#: What can come of a post besides success. None of it says that the post was not taken.
Failed = (OSError, HTTPException, RobotRefused)


def post(channel: str, text: str, *, at: dt.datetime) -> None:
    """Puts the text before the robot's group. Raises one of ``Failed``.

    Redirects are not followed: the address is where the operator wants the text to go. Raises
    ``RobotRefused`` too where no such robot is set any more.
    """
    if channel not in settings.LUOSHI_ROBOTS:
        raise RobotRefused("no such robot is set")
    address, secret = settings.LUOSHI_ROBOTS[channel]
    address, body = WRITERS[channel](address, secret, text, at)
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        connection.request("POST", path, content, headers)
        with connection.getresponse() as answer:
            _require_taken(answer)
    finally:
        connection.close()


def _wecom(address: str, secret: str, text: str, at: dt.datetime) -> tuple[str, Body]:
    """WeCom signs nothing: its key is in the address."""
    return address, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(address: str, secret: str, text: str, at: dt.datetime) -> tuple[str, Body]:
    """Time in milliseconds and signature in the address; the secret is the key of the HMAC."""
    body = {"msgtype": "text", "text": {"content": text}}
    if not secret:
        return address, body
    now = str(int(at.timestamp() * 1000))
    sign = quote(_hmac(secret, f"{now}\n{secret}"), safe="")
    joint = "&" if urlsplit(address).query else "?"
    return f"{address}{joint}timestamp={now}&sign={sign}", body


def _feishu(address: str, secret: str, text: str, at: dt.datetime) -> tuple[str, Body]:
    """Time in seconds and signature in the body; time and secret are the key, of no text."""
    body: Body = {"msg_type": "text", "content": {"text": text}}
    if not secret:
        return address, body
    now = str(int(at.timestamp()))
    return address, body | {"timestamp": now, "sign": _hmac(f"{now}\n{secret}", "")}


WRITERS: dict[str, Callable[[str, str, str, dt.datetime], tuple[str, Body]]] = {
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
}


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def _require_taken(answer: HTTPResponse) -> None:
    """Raises ``RobotRefused`` unless the answer is 200 and its own code is 0."""
    if answer.status != 200:
        raise RobotRefused(f"HTTP {answer.status}")
    try:
        found = json.loads(answer.read(LONGEST_ANSWER))
    except ValueError:
        raise RobotRefused("the answer is not JSON") from None
    if not isinstance(found, dict):
        raise RobotRefused("the answer is not an object")
    code = next((found[name] for name in CODES if name in found), None)
    if isinstance(code, bool) or code != 0:
        said = next((found[name] for name in WORDS if name in found), "")
        raise RobotRefused(f"{code} {said}"[:SHOWN])
