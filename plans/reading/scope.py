"""Which documents hold no tasks, and why: notices, bulletins, rules, tables of indicators. Pure."""

import itertools
import re
from enum import StrEnum

from plans.reading.blocks import Block, Line, Table
from plans.reading.head import Head
from plans.reading.numbering import Kind, number_of
from plans.reading.text import squeezed

_NEWS = re.compile(r"现[将就][^。]{0,40}(?:通报|公示|公告)如下")
_ACCOUNT = re.compile(r"现[将就][^。]{0,40}(?:汇报|报告)如下")
_BULLETIN = re.compile(
    r"通报|简报|快报|公示|公告|解读|纪要|讲话|致辞|名单|通讯录|答复|批复|请示|复函|表扬|表彰|嘉奖|读懂|问答"
)
_RULES = re.compile(r"(?:办法|规定|条例|细则|规则|章程|规程|准则|制度|守则|规范)(?:\([^)]*\))*$")
_INDICATORS = re.compile(
    r"指标体系|评[估价]指标|考[核评]指标|评分(?:标准|细则|表)|考[核评](?:细则|标准|办法|评分)|测评|评估标准"
)
_REPORT = re.compile(r"(?:总结|报告|述职)(?:\([^)]*\))*$")
_REPORT_AND_PLAN = re.compile(r"(?:总结|情况|报告)(?:和|及|与|暨|、|以及)")
_SCORES = re.compile(r"^(?:分值|得分|评分标准|评分办法|评分细则|扣分|自评分?|考核分值|权重|标准分)")


class Reason(StrEnum):
    """Why a document holds no tasks."""

    COVER = "cover"
    BULLETIN = "bulletin"
    RULES = "rules"
    INDICATORS = "indicators"
    REPORT = "report"
    FLAT_TABLE = "flat_table"
    NOTHING = "nothing"


def reason_for_none(head: Head, *, marked: bool, attached: bool) -> Reason | None:
    """Why there can be no tasks, judged by the head and the shape of the body; else ``None``.

    ``attached``: the document points to an attachment that holds the tasks.
    """
    title = squeezed(head.title or "")
    notice = not title or title.endswith("通知")
    if not marked and (head.covers_only or (attached and notice)):
        return Reason.COVER
    if _announces(head, _NEWS):
        return Reason.BULLETIN
    if _INDICATORS.search(title) and not re.search("分解|分工", title):
        return Reason.INDICATORS
    if _BULLETIN.search(title):
        return Reason.BULLETIN
    if not marked and (_RULES.search(title) or _is_of_articles(head.body)):
        return Reason.RULES
    return None


def is_report(head: Head) -> bool:
    """A report on what was done: only its chapters on what is to come hold tasks."""
    title = squeezed(head.title or "")
    if _REPORT_AND_PLAN.search(title) or _announces(head, _ACCOUNT):
        return True
    return bool(_REPORT.search(title)) and not re.search(
        "要点|计划|方案|打算|安排|分解|分工", title
    )


def _announces(head: Head, words: re.Pattern[str]) -> bool:
    """Whether the lines before the first number say that news or an account follows."""
    lines = (block.text for block in head.body[:6] if isinstance(block, Line))
    before = itertools.takewhile(lambda text: number_of(text) is None, lines)
    return any(words.search(squeezed(text)) for text in before)


def is_scoring(header: tuple[str, ...]) -> bool:
    return any(_SCORES.match(squeezed(cell)) for cell in header)


def looks_flattened(body: list[Block]) -> bool:
    """Cells of a table one under the other: mostly short lines, many of them bare numbers."""
    lines = [block.text.strip() for block in body if isinstance(block, Line)]
    if len(lines) < 10 or any(isinstance(block, Table) for block in body):
        return False
    numbers = sum(line.isdecimal() for line in lines)
    short = sum(len(line) < 24 for line in lines)
    return numbers >= 3 and short > 0.6 * len(lines)


def _is_of_articles(body: list[Block]) -> bool:
    numbers = [number_of(block.text) for block in body if isinstance(block, Line)]
    return sum(1 for number in numbers if number and number.kind == Kind.ARTICLE) >= 3
