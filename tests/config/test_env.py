"""Settings from the environment: typed, and refused with their name when they cannot be meant."""

from pathlib import Path

import pytest

from config import env

NAME = "LUOSHI_SAMPLE"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (NAME, f"{NAME}_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_text_is_as_it_stands_or_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.text(NAME, "else") == "else"
    monkeypatch.setenv(NAME, " 落实 ")
    assert env.text(NAME, "else") == " 落实 "


@pytest.mark.parametrize("given", ["1", "TRUE", " yes ", "on"])
def test_a_flag_is_on(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(NAME, given)
    assert env.flag(NAME) is True


@pytest.mark.parametrize("given", ["0", "False", "no", "off", ""])
def test_a_flag_is_off(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(NAME, given)
    assert env.flag(NAME, default=True) is False


def test_an_unset_flag_is_its_default() -> None:
    assert env.flag(NAME) is False
    assert env.flag(NAME, default=True) is True


def test_a_flag_that_cannot_be_meant_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "ture")
    with pytest.raises(env.WrongSetting, match=r"^LUOSHI_SAMPLE is 'ture'; it may be 1 or 0\.$"):
        env.flag(NAME)


def test_a_number_within_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.number(NAME, 25) == 25
    monkeypatch.setenv(NAME, "")
    assert env.number(NAME, 25) == 25
    for given, meant in (("0", 0), ("23", 23)):
        monkeypatch.setenv(NAME, given)
        assert env.number(NAME, 8, most=23) == meant


@pytest.mark.parametrize(
    ("given", "most", "said"),
    [
        ("eight", 23, "LUOSHI_SAMPLE is 'eight'; it must be a whole number."),
        ("24", 23, "LUOSHI_SAMPLE is 24; it must be from 1 to 23."),
        ("0", None, "LUOSHI_SAMPLE is 0; it must be at least 1."),
    ],
)
def test_a_number_that_cannot_be_meant_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: str, most: int | None, said: str
) -> None:
    monkeypatch.setenv(NAME, given)
    with pytest.raises(env.WrongSetting) as refused:
        env.number(NAME, 8, least=1, most=most)
    assert str(refused.value) == said


def test_words_are_the_parts_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.words(NAME, "a,b") == ["a", "b"]
    monkeypatch.setenv(NAME, " c , ,d,")
    assert env.words(NAME, "a,b") == ["c", "d"]


def test_a_secret_comes_from_the_variable_first_then_from_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert env.secret(NAME, "for development") == "for development"
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    # A compose file passes an unset variable on as an empty one.
    monkeypatch.setenv(NAME, "")
    assert env.secret(NAME, "for development") == "from a file"
    monkeypatch.setenv(NAME, "given")
    assert env.secret(NAME) == "given"


def test_a_secret_that_is_nowhere_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(env.WrongSetting, match=r"^LUOSHI_SAMPLE or LUOSHI_SAMPLE_FILE must be set"):
        env.secret(NAME)
    path = tmp_path / "secret"
    monkeypatch.setenv(f"{NAME}_FILE", str(path))
    with pytest.raises(env.WrongSetting, match=r"^LUOSHI_SAMPLE_FILE: .*: No such file"):
        env.secret(NAME, "for development")
    path.write_text("\n")
    with pytest.raises(env.WrongSetting, match=r"^LUOSHI_SAMPLE_FILE: .* is empty\.$"):
        env.secret(NAME, "for development")


@pytest.mark.parametrize(
    "given",
    [
        "",
        "https://robot.county.example/cgi-bin/webhook/send?key=1-2",
        "http://10.1.2.3:8080/open-apis/bot/v2/hook/1",
        "http://robot",
    ],
)
def test_an_address_of_the_web_or_nothing(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(NAME, given)
    assert env.address(NAME) == given


@pytest.mark.parametrize(
    "given",
    [
        "file:///etc/passwd",
        "robot.county.example/send",
        "https:///send",
        "https://user:secret@robot/send",
        "https://robot/a b",
        "https://robot/a\r\nHost: b",
        "https://robot?key=1",
        "https://robot:port/",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv(NAME, given)
    with pytest.raises(env.WrongSetting) as refused:
        env.address(NAME)
    assert (
        str(refused.value) == "LUOSHI_SAMPLE must begin with https:// or http:// and a host name."
    )


def test_networks_are_addresses_and_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.networks(NAME) == []
    monkeypatch.setenv(NAME, "10.1.2.3, 172.16.0.0/12,2001:db8::/32")
    assert [str(found) for found in env.networks(NAME)] == [
        "10.1.2.3/32", "172.16.0.0/12", "2001:db8::/32",
    ]  # fmt: skip


@pytest.mark.parametrize("given", ["proxy", "10.0.0.1/8", "1"])
def test_what_is_no_network_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(NAME, given)
    with pytest.raises(env.WrongSetting, match=r"^LUOSHI_SAMPLE: "):
        env.networks(NAME)
