"""Official documents as LibreOffice sets them: page, lines, type and numbers (GB/T 9704-2012)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import pdfplumber
import pytest

from tasks.official_document import OfficialDocument
from tests.libreoffice import converter

MILLIMETRE = 72 / 25.4
#: What a line may be off by, in points: a twentieth of a point each, and rounding.
SLACK = 1.5
SENTENCE = (
    "各单位按照年度工作要点的要求，逐项分解任务，逐级压实责任，"
    "按月报告进展，按期完成了各项工作，成效比较明显。"
)


class Line(NamedTuple):
    """In points, from the left and from above."""

    text: str
    left: float
    right: float
    top: float
    size: float


class Page(NamedTuple):
    width: float
    height: float
    lines: list[Line]

    @property
    def number(self) -> Line:
        return self.lines[-1]

    @property
    def body(self) -> list[Line]:
        return self.lines[:-1]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    """Of a report of some thirty pages."""
    convert = converter(tmp_path_factory.mktemp("profile"))
    file = tmp_path_factory.mktemp("documents") / "report.docx"
    file.write_bytes(long_report().save().read())
    with pdfplumber.open(convert(file, "pdf")) as document:
        return [Page(float(p.width), float(p.height), list(lines_of(p))) for p in document.pages]


def long_report() -> OfficialDocument:
    written = OfficialDocument("报告")
    written.write_title("关于年度工作情况的报告")
    for _chapter in range(8):
        written.write_heading("规范管理", 1)
        written.write_heading("清理文件", 2)
        for _paragraph in range(12):
            written.write(SENTENCE * 6)
    written.sign("依法治县办公室", dt.date(2026, 9, 30))
    return written


def lines_of(page: Any) -> Iterator[Line]:
    by_top: dict[int, list[Any]] = defaultdict(list)
    for letter in page.chars:
        by_top[round(letter["top"])].append(letter)
    for _top, letters in sorted(by_top.items()):
        text = "".join(letter["text"] for letter in letters).strip()
        first, last = letters[0], letters[-1]
        yield Line(text, first["x0"], last["x1"], first["top"], round(first["size"], 2))


def full(pages: list[Page]) -> list[Page]:
    """Those that text fills from above to below."""
    return pages[1:-1]


def test_the_page_is_a4_with_the_margins_of_the_standard(pages: list[Page]) -> None:
    assert len(pages) >= 30
    for page in pages:
        assert page.width == pytest.approx(210 * MILLIMETRE, abs=0.5)
        assert page.height == pytest.approx(297 * MILLIMETRE, abs=0.5)
    body = [line for page in full(pages) for line in page.body]
    assert min(line.left for line in body) == pytest.approx(28 * MILLIMETRE, abs=SLACK)
    assert max(line.right for line in body) == pytest.approx((210 - 26) * MILLIMETRE, abs=SLACK)
    for page in full(pages):
        # A line of 28.95 points holds letters of 16 in its middle.
        assert page.body[0].top == pytest.approx(37 * MILLIMETRE + 6.5, abs=SLACK)
        assert page.body[-1].top + 16 < (297 - 35) * MILLIMETRE


def test_a_page_has_22_lines_of_28_characters(pages: list[Page]) -> None:
    heights = [len(page.body) for page in full(pages)]
    # A heading goes with what follows it, so a page may end with two lines less.
    assert set(heights) <= {20, 21, 22}
    assert heights.count(22) > len(heights) / 2
    for page in full(pages):
        steps = [b.top - a.top for a, b in zip(page.body, page.body[1:], strict=False)]
        assert all(step == pytest.approx(28.95, abs=0.1) for step in steps)
    lengths = [len(line.text) for page in full(pages) for line in page.body]
    assert max(lengths) == 28
    assert lengths.count(28) > len(lengths) / 2


def test_each_class_of_paragraph_has_its_size(pages: list[Page]) -> None:
    title, chapter, section, *_body = pages[0].body
    assert (title.text, title.size) == ("关于年度工作情况的报告", 22)
    assert (chapter.text, chapter.size) == ("一、规范管理", 16)
    assert (section.text, section.size) == ("（一）清理文件", 16)
    middle = (28 + 156 / 2) * MILLIMETRE
    assert (title.left + title.right) / 2 == pytest.approx(middle, abs=SLACK)
    # Two characters further in.
    assert chapter.left == pytest.approx(28 * MILLIMETRE + 2 * 16, abs=SLACK)
    assert {line.size for page in full(pages) for line in page.body} == {16}


def test_numbers_stand_outside(pages: list[Page]) -> None:
    """One character of 14 points from the edge of the type area, 7 mm under it."""
    for place, page in enumerate(pages, 1):
        number = page.number
        assert (number.text, number.size) == (f"— {place} —", 14)
        assert number.top + 7 == pytest.approx((297 - 35 + 7) * MILLIMETRE, abs=3)
        if place % 2:
            assert number.right == pytest.approx((210 - 26) * MILLIMETRE - 14, abs=SLACK)
        else:
            assert number.left == pytest.approx(28 * MILLIMETRE + 14, abs=SLACK)


def test_the_signature_is_on_the_last_page(pages: list[Page]) -> None:
    assert [line.text for line in pages[-1].body[-2:]] == ["依法治县办公室", "2026年9月30日"]
