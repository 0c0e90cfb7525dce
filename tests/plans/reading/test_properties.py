"""What holds of every input, found out by inputs that nobody would think of."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from plans.reading.blocks import Line
from plans.reading.deadlines import deadline_in_sentence, read_deadline
from plans.reading.draft import KINDS, PlanDraft, ReadingRefused
from plans.reading.formats import blocks_of_file, blocks_of_text
from plans.reading.grammar import read_blocks
from plans.reading.marks import marks_in
from plans.reading.owners import read_owners, written_out
from plans.reading.text import cleaned, folded, squeezed

#: The notation of plans in pieces, so that what is put together looks like one.
WORDS = """
一、 二、 （一） (二) 1. 2、 ⑴ ① ② 第三条 —— 【重点】 第一章 （ ） 【 】 〔 〕 ： ； ， 、 。 |
编制清单 开展评查。 健全由乡镇牵头的机制 2026年工作要点 关于印发《要点》的通知 附件：1.表
牵头单位： 责任单位： 配合单位: 责任领导： 联系人：某某 完成时限： 整改时限： 1.责任单位： 2.时限：
县司法局 财政局 县委组织部、宣传部 各乡镇 （街道） 36个部门 有关单位 等 牵头 配合 按职责分工负责
共同 会同 及 和 6月底前 2026年2月30日前 每季度 全年 长期坚持 11月前 2026年 年底前 上半年 春节前
二〇二六年三月二日 自印发之日起30个工作日内 即日起至12月 第一位的单位为牵头单位
序号 工作任务 具体措施 完成时限 1 2
"""
BLANKS = (" ", "\u3000", "\n", "\t", "\u200b", "\ufeff", "\0")
PIECES = st.sampled_from(WORDS.split()) | st.sampled_from(BLANKS)
#: Lines as a plan has them, so that marks and numbers often stand where they mean something.
LINES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["一、", "（一）", "1.", "(1)", "①", "第二条", "——", "", "", "责任单位："]),
    st.lists(PIECES, max_size=5).map("".join),
    st.sampled_from(["", "。", "；", "："]),
    st.lists(PIECES, max_size=6).map(lambda pieces: f"（{''.join(pieces)}）") | st.just(""),
)
DOCUMENTS = st.lists(PIECES | st.text(max_size=3), max_size=60).map("".join) | st.lists(
    LINES, max_size=12
).map("\n".join)


def is_subsequence(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(character in rest for character in part)


def known(name: str, source: str, out: dict[str, str]) -> bool:
    """Whether the name is printed, or is a printed one with the prefix that it shares."""
    return squeezed(name) in source or any(
        written == name and squeezed(printed) in source for printed, written in out.items()
    )


@given(DOCUMENTS)
@settings(max_examples=400, deadline=None)
def test_whatever_is_pasted_gives_a_draft_of_what_is_printed(text: str) -> None:
    draft = read_blocks(blocks_of_text(text))
    assert PlanDraft.from_json(draft.to_json()) == draft
    assert draft.items or draft.questions
    source = squeezed(cleaned(text))
    for item in draft.items:
        assert is_subsequence(squeezed(item.text), source)
        for owner in item.owners:
            printed = squeezed(owner.name)
            assert printed in source or printed[1:] in source or printed[2:] in source


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.csv", "a.tsv", "a.docx", "a.xlsx"]))
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise_anything_but_a_refusal(content: bytes, name: str) -> None:
    with contextlib.suppress(ReadingRefused):
        draft = read_blocks(blocks_of_file(content, name))
        assert PlanDraft.from_json(draft.to_json()) == draft


@given(st.text(max_size=40), st.none() | st.integers(1, 9998))
def test_every_text_is_some_deadline(text: str, year: int | None) -> None:
    for found in (read_deadline(text, year), deadline_in_sentence(text, year)):
        assert found.kind in KINDS
        assert found.text is None or squeezed(found.text) in squeezed(text)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_marks_stand_where_they_say_and_owners_are_printed(text: str) -> None:
    for start, end in marks_in(text).spans:
        assert 0 <= start < end <= len(text)
    for owner in read_owners(text, "lead"):
        assert known(owner.name, squeezed(text), dict(written_out(text)))


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(folded(text)) == len(text)


@given(st.lists(st.lists(PIECES, max_size=4).map("".join), max_size=12))
@settings(deadline=None)
def test_lines_that_never_were_a_text(lines: list[str]) -> None:
    read_blocks([Line(n, line) for n, line in enumerate(lines, 1)])
