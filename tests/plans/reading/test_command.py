"""``manage.py read_plan``: prints, saves nothing, and says by its status how it went."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from plans.reading.draft import PlanDraft

TEXT = """甲县2026年工作要点
甲发〔2026〕3号
2026年3月2日
一、重点
1.编制清单。（责任单位：县司法局、县财政局；完成时限：6月底前）
2.汇总。
二、其他
3.检查。（县司法局牵头，长期坚持）
"""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "要点.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def printed(*arguments: object) -> str:
    output = io.StringIO()
    call_command("read_plan", *map(str, arguments), stdout=output)
    return output.getvalue()


def test_the_draft_as_json(document: Path) -> None:
    draft = PlanDraft.from_json(json.loads(printed(document, "--json")))
    assert (draft.title, draft.year, len(draft.items)) == ("甲县2026年工作要点", 2026, 3)


def test_the_draft_as_a_table_with_its_questions(document: Path) -> None:
    lines = printed(document).splitlines()
    assert lines[0] == "甲县2026年工作要点 · 甲发〔2026〕3号 · 2026-03-02"
    assert lines[1:5] == [
        "",
        "一、重点",
        "  1. 编制清单",
        "      responsible: 县司法局; responsible: 县财政局  |  6月底前 → 2026-06-30",
    ]
    assert "      –  |  none" in lines
    assert "      lead: 县司法局  |  长期坚持 → ongoing" in lines
    assert lines.count("一、重点") == 1
    assert any(line.startswith("      ? ") for line in lines)


def test_a_document_without_tasks_is_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "空.txt"
    path.write_text("一句话。", encoding="utf-8")
    lines = printed(path, "--year", "2030").splitlines()
    assert lines[0] == "(no title)"
    assert lines[2].startswith("? No key tasks were found")


def test_a_task_without_a_number(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text("工作任务,责任单位\n甲事,县司法局\n", encoding="utf-8")
    assert "  · 甲事" in printed(path).splitlines()


def test_a_refused_file_ends_with_two_and_the_sentence(tmp_path: Path) -> None:
    path = tmp_path / "旧.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    errors = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("read_plan", str(path), stderr=errors)
    assert end.value.code == 2
    assert errors.getvalue().startswith("Old Office formats are not read.")


def test_a_folder_is_read_file_by_file(document: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "drafts"
    assert printed(tmp_path, "--json", "--out", out) == "要点.txt: 3\n"
    assert len(json.loads((out / "要点.json").read_text(encoding="utf-8"))["items"]) == 3


def test_a_refused_file_does_not_keep_the_others(document: Path, tmp_path: Path) -> None:
    (tmp_path / "图.png").write_bytes(b"\x89PNG")
    output, errors = io.StringIO(), io.StringIO()
    out = str(tmp_path / "out")
    with pytest.raises(SystemExit) as end:
        call_command(
            "read_plan", str(tmp_path), "--json", "--out", out, stdout=output, stderr=errors
        )
    assert end.value.code == 2
    assert errors.getvalue().startswith("图.png: Pictures are not read.")
    assert output.getvalue() == "要点.txt: 3\n"


@pytest.mark.parametrize(("more", "sentence"), [(["--json"], "A folder"), ([], "A folder")])
def test_a_folder_needs_a_place_for_its_drafts(
    tmp_path: Path, more: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("read_plan", str(tmp_path), *more)


def test_what_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such file"):
        call_command("read_plan", str(tmp_path / "nowhere"))
