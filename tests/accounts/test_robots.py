"""Group robots: what each vendor is sent, and what an answer means. Over real HTTP."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from accounts import robots
from accounts.robots import Failed, RobotRefused, post
from tests.group_robot import GroupRobot, running_robot
from tests.reminder_rows import at

NINE = at(9, 30)
CHANNELS = ("wecom", "dingtalk", "feishu")


@pytest.fixture
def robot(settings: Settings) -> Iterator[GroupRobot]:
    with running_robot() as running:
        settings.LUOSHI_ROBOTS = dict.fromkeys(CHANNELS, (running.address, ""))
        yield running


def signed_with(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


@pytest.mark.parametrize(
    ("channel", "body"),
    [
        ("wecom", {"msgtype": "text", "text": {"content": "落实"}}),
        ("dingtalk", {"msgtype": "text", "text": {"content": "落实"}}),
        ("feishu", {"msg_type": "text", "content": {"text": "落实"}}),
    ],
)
def test_each_vendor_s_own_words(robot: GroupRobot, channel: str, body: dict[str, Any]) -> None:
    post(channel, "落实", at=NINE)
    assert robot.posts == [("/robot/send", {"key": "secret-key"}, body)]


def test_dingtalk_is_signed_in_the_address(robot: GroupRobot, settings: Settings) -> None:
    settings.LUOSHI_ROBOTS = {"dingtalk": (robot.address, "SEC1")}
    post("dingtalk", "落实", at=NINE)
    [(_path, query, _body)] = robot.posts
    now = str(int(NINE.timestamp()) * 1000)
    sign = signed_with("SEC1", f"{now}\nSEC1")
    assert query == {"key": "secret-key", "timestamp": now, "sign": sign}


def test_feishu_is_signed_in_the_body(robot: GroupRobot, settings: Settings) -> None:
    settings.LUOSHI_ROBOTS = {"feishu": (robot.address.partition("?")[0], "秘")}
    post("feishu", "落实", at=NINE)
    [(path, query, body)] = robot.posts
    now = str(int(NINE.timestamp()))
    assert (path, query) == ("/robot/send", {})
    assert (body["timestamp"], body["sign"]) == (now, signed_with(f"{now}\n秘", ""))


def test_an_address_without_a_path(robot: GroupRobot, settings: Settings) -> None:
    settings.LUOSHI_ROBOTS = {"dingtalk": (robot.address.partition("/robot")[0], "SEC1")}
    post("dingtalk", "落实", at=NINE)
    [(path, query, _body)] = robot.posts
    assert (path, sorted(query)) == ("/", ["sign", "timestamp"])


@pytest.mark.parametrize(
    "answer", [{"errcode": 0, "errmsg": "ok"}, {"code": 0, "msg": "success"}, {"StatusCode": 0}]
)
def test_an_answer_that_says_taken(robot: GroupRobot, answer: Any) -> None:
    robot.answer = answer
    post("feishu", "落实", at=NINE)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"errcode": 93000, "errmsg": "invalid webhook url"}, "93000 invalid webhook url"),
        ({"errcode": 310000, "errmsg": "sign not match"}, "310000 sign not match"),
        ({"code": 19021, "msg": "x" * 999}, "19021 " + "x" * 194),
        ({"errcode": "0"}, "0 "),
        ({"errcode": False}, "False "),
        ({}, "None "),
        ([0], "the answer is not an object"),
        (b"<html>", "the answer is not JSON"),
        (b"\xff", "the answer is not JSON"),
        (b"0" * 70_000, "the answer is not JSON"),
    ],
)
def test_an_answer_that_says_refused(robot: GroupRobot, answer: Any, said: str) -> None:
    """With HTTP 200: that is how all three vendors refuse."""
    robot.answer = answer
    with pytest.raises(RobotRefused) as refused:
        post("dingtalk", "落实", at=NINE)
    assert str(refused.value) == said


@pytest.mark.parametrize("status", [204, 400, 500, 503])
def test_another_status_is_no_success(robot: GroupRobot, status: int) -> None:
    robot.status, robot.answer = status, b"" if status == 204 else {"errcode": 0}
    with pytest.raises(RobotRefused, match=f"HTTP {status}"):
        post("wecom", "落实", at=NINE)


def test_no_redirect_is_followed(robot: GroupRobot) -> None:
    with running_robot() as elsewhere:
        robot.status, robot.location = 307, elsewhere.address
        with pytest.raises(RobotRefused, match="HTTP 307"):
            post("wecom", "落实", at=NINE)
        assert elsewhere.posts == []


def test_a_robot_that_does_not_answer(robot: GroupRobot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots, "TIMEOUT", 0.2)
    robot.delay = 0.6
    with pytest.raises(TimeoutError):
        post("wecom", "落实", at=NINE)


def test_a_connection_that_breaks(robot: GroupRobot) -> None:
    robot.cut = True
    with pytest.raises(Failed):
        post("wecom", "落实", at=NINE)


def test_nobody_listens(settings: Settings) -> None:
    settings.LUOSHI_ROBOTS = {"wecom": ("http://127.0.0.1:1/x?key=secret-key", "")}
    with pytest.raises(ConnectionRefusedError) as refused:
        post("wecom", "落实", at=NINE)
    assert "secret-key" not in str(refused.value)


def test_a_robot_that_is_set_no_more(settings: Settings) -> None:
    settings.LUOSHI_ROBOTS = {}
    with pytest.raises(RobotRefused, match="no such robot is set"):
        post("wecom", "落实", at=NINE)
