"""The process in which documents are read: its limits, its answers, its end."""

import ctypes
import io
import json
import logging
import resource
import runpy
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django
import pytest
from django.conf import LazySettings
from django.utils import translation

from plans.reading import ReadingRefused, read_document, read_text, sandbox
from tests.plans.reading.files import word, workbook

TEXT = "2026年工作要点\n一、重点\n1.编制清单。（责任单位：县司法局；完成时限：6月底前）\n"


class Limits:
    """What ``confine`` asked of the operating system, in place of being confined oneself."""

    def __init__(self) -> None:
        self.asked: dict[int, tuple[int, int]] = {}

    def setrlimit(self, kind: int, limits: tuple[int, int]) -> None:
        self.asked[kind] = limits


class Standard:
    """Standard input or output of bytes."""

    def __init__(self, content: bytes = b"") -> None:
        self.buffer = io.BytesIO(content)
        self.written = ""

    def write(self, text: str) -> None:
        self.written += text


def answer_of(
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    filename: str | None,
    *,
    cells_only: bool = False,
) -> dict[str, Any]:
    """What the child answers, run in this process and not confined."""
    request: dict[str, Any] = {
        "filename": filename,
        "year": 2025,
        "cells_only": cells_only,
        "language": "en",
        "locale_paths": [],
    }
    output = Standard()
    monkeypatch.setattr(sandbox, "confine", lambda: None)
    monkeypatch.setattr(LazySettings, "configure", lambda settings, **given: None)
    monkeypatch.setattr(django, "setup", lambda: None)
    monkeypatch.setattr(sys, "stdin", Standard(json.dumps(request).encode() + b"\n" + content))
    monkeypatch.setattr(sys, "stdout", output)
    runpy.run_module("plans.reading", run_name="__main__")
    answer: dict[str, Any] = json.loads(output.written)
    return answer


def test_the_child_answers_a_draft_or_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    pasted = answer_of(monkeypatch, TEXT.encode(), None)
    assert pasted == answer_of(monkeypatch, TEXT.encode(), "a.txt")
    assert [item["number"] for item in pasted["draft"]["items"]] == ["1."]
    assert answer_of(monkeypatch, b"%PDF", "a.pdf")["refused"][0] == "pdf"
    sheet = workbook([["甲", 1]])
    assert answer_of(monkeypatch, sheet, "a.xlsx", cells_only=True) == {"cells": [["甲", 1]]}


def test_a_caller_gets_the_draft_the_question_in_his_language_and_the_year() -> None:
    with translation.override("en"):
        draft = read_document(TEXT.encode(), "a.txt")
        assert read_text(TEXT) == draft
        assert draft.items[0].owners[0].name == "县司法局"
        assert any("date of the document" in question for question in draft.questions)
        assert read_text("1.甲。（县司法局）", year=2030).year == 2030
    with translation.override("zh-hans"):
        assert not any("date" in question for question in read_text(TEXT).questions)


def test_lone_surrogates_and_nul_in_pasted_text_are_read_around() -> None:
    (item,) = read_text("1.甲\ud800\0乙。（县司法局）").items
    assert item.text == "甲?乙。"


def test_a_refusal_of_the_child_is_one_of_the_caller() -> None:
    with pytest.raises(ReadingRefused) as refusal:
        read_document(b"\xff\xff", "a.txt")
    assert refusal.value.code == "unknown_encoding"


def test_what_is_too_large_or_of_another_kind_starts_no_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    with pytest.raises(ReadingRefused) as refusal:
        read_document(bytes(sandbox.LARGEST + 1), "a.docx")
    assert refusal.value.code == "too_large"
    with pytest.raises(ReadingRefused) as refusal:
        read_document(b"%PDF", "a.docx")
    assert refusal.value.code == "pdf"


def child_that(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, does: str) -> None:
    """Puts a package in the child's place that confines itself and then does this."""
    package = tmp_path / "plans" / "reading"
    package.mkdir(parents=True)
    for folder in (tmp_path / "plans", package):
        (folder / "__init__.py").touch()
    source = Path(sandbox.__file__)
    for module in source.parent.glob("[!_]*.py"):
        (package / module.name).write_bytes(module.read_bytes())
    (package / "__main__.py").write_text(
        f"from plans.reading.sandbox import confine\nconfine()\n{does}\n"
    )
    monkeypatch.setattr(sandbox, "ROOT", tmp_path)


@pytest.mark.parametrize(
    ("does", "status"),
    [
        ("import os; os.kill(os.getpid(), 9)", "-9"),
        ("bytearray(600 * 1024 * 1024)", "MemoryError"),
        ("open('/tmp/luoshi-reading', 'wb', 0).write(b'x')", "rror"),
        ("raise ValueError('a fault of ours')", "a fault of ours"),
    ],
)
def test_whatever_ends_the_child_is_a_refusal_and_is_written_down(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    does: str,
    status: str,
) -> None:
    child_that(monkeypatch, tmp_path, does)
    with caplog.at_level(logging.WARNING), pytest.raises(ReadingRefused) as refusal:
        read_text(TEXT)
    assert refusal.value.code == "too_heavy"
    assert status in caplog.text


def test_a_child_that_computes_without_end_is_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child_that(monkeypatch, tmp_path, "while True: pass")
    source = tmp_path / "plans" / "reading" / "sandbox.py"
    source.write_text(source.read_text().replace("1024, 10, 18", "1024, 1, 18"))
    started = time.monotonic()
    with pytest.raises(ReadingRefused) as refusal:
        read_text(TEXT)
    assert refusal.value.code == "too_heavy"
    assert time.monotonic() - started < 10


def test_a_child_that_waits_without_end_is_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child_that(monkeypatch, tmp_path, "import signal; signal.pause()")
    monkeypatch.setattr(sandbox, "PATIENCE", 1.5)
    with pytest.raises(ReadingRefused) as refusal:
        read_text(TEXT)
    assert refusal.value.code == "too_heavy"


def test_the_child_reaches_nothing_that_listens_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        child_that(
            monkeypatch,
            tmp_path,
            f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)\n"
            "raise SystemExit('reached')",
        )
        with caplog.at_level(logging.WARNING), pytest.raises(ReadingRefused):
            read_text(TEXT)
    if "reached" in caplog.text:
        pytest.skip("this kernel gives a process no network of its own")


def test_confining_asks_for_every_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limits, left = Limits(), []
    monkeypatch.setattr(resource, "setrlimit", limits.setrlimit)
    monkeypatch.setattr(sandbox, "leave_the_network", lambda: left.append(True))
    sandbox.confine()
    assert limits.asked == {
        resource.RLIMIT_AS: (sandbox.MEMORY, sandbox.MEMORY),
        resource.RLIMIT_CPU: (sandbox.CPU, sandbox.CPU),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_FSIZE: (0, 0),
    }
    assert left == [True]


def test_the_network_is_left_where_the_system_knows_how(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace(unshare=asked.append))
    sandbox.leave_the_network()
    assert asked == [sandbox.CLONE_NEWUSER | sandbox.CLONE_NEWNET]
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace())
    sandbox.leave_the_network()


def test_the_child_sees_no_secret_of_the_web_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    child_that(monkeypatch, tmp_path, "import os; raise SystemExit(' '.join(sorted(os.environ)))")
    with caplog.at_level(logging.WARNING), pytest.raises(ReadingRefused):
        read_text(TEXT)
    assert "PYTHONPATH" in caplog.text
    assert "SECRET" not in caplog.text


def test_word_files_are_read_in_the_child() -> None:
    assert read_document(word(*TEXT.splitlines()), "a.docx").items == read_text(TEXT).items
