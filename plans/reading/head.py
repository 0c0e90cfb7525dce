"""The head of a document: title, number, date and year, and where the plan itself begins. Pure.

A plan often comes under a covering notice (关于印发《…》的通知) with numbered requirements of its
own; these are no tasks, so the notice is told apart from what it brings.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import cn2an

from plans.reading.blocks import Block, Line, Table, lines_of
from plans.reading.furniture import day_alone
from plans.reading.numbering import Kind, number_of
from plans.reading.text import folded, squeezed

_NUMBER = re.compile(
    r"(?P<who>[\u4e00-\u9fff]{2,24})\[(?P<year>(?:19|20)\d\d)\](?:第)?(?P<n>\d{1,4})号"
)
#: 〔20208号: the closing bracket was lost on the way to the web.
_BROKEN_NUMBER = re.compile(r"(?P<who>[\u4e00-\u9fff]{2,24})\[(?P<year>20\d\d)(?P<n>\d{1,3})号")
_REFERS = re.compile(r"根据|按照|依据|贯彻|落实|》|精神")
_BRINGS = re.compile(
    r"关于(?:印发|转发|下发|下达|公布|发布|批转)(?P<what>.+?)的(?:通知|通报|函)(?:[(\[]|$|各|[^\w])"
)
_BRINGS_IN_TEXT = re.compile(
    r"现将《(?P<what>[^》]+)》[^。]{0,30}?(?:印发|下发|转发|发|下达)(?:给)?(?:你们|各)"
)
_IN_TITLE_MARKS = re.compile(r"《(.+)》")
_SALUTATION = re.compile(r"^[^。]{2,200}[:：]$")
_PLAN_WORDS = "要点|计划|方案|安排|任务|打算|意见|措施|行动|清单|分工|规划|工程|思路|目标"
_TITLE_WORDS = re.compile(
    rf"(?:{_PLAN_WORDS}|分解|责任书|通知|办法|规定|条例|细则|规则|制度|表|通报|简报|快报|专报|报告|总结|体系|标准|公告|纪要|函|批复|决定|解读)"
    r"(?:[(\[][^)\]]*[)\]])*$"
)
_YEARS = re.compile(r"(20\d\d)(?=\s?年|\s?[-~至])")
_HAN_YEAR = re.compile(r"(二[〇零○][一二三四五六七八九〇零○]{2})年")
_DATED = "成文日期|印发日期|发文日期|印发时间|成文时间|发文时间"
_FIRST_LEADS = re.compile(
    r"(?:列|排|位列|排名|排序|居)?(?:在|于|为)?(?:第一位|首位|第一(?!责任人|牵头|位)|首个)[^。;:]{0,14}?"
    r"(?:为|是|即|作为)?[^。;:]{0,6}?(?:牵头|主办)"
)
_NO_ORDER = re.compile(r"(?:排名|排序|顺序|名次)?不分先后")


@dataclass(frozen=True)
class Head:
    """What the head says. ``body`` is the plan itself; ``cover`` the notice before it.

    ``covers_only``: the document brings a plan that is not in it.
    """

    title: str | None
    document_number: str | None
    number_was_broken: bool
    issued_on: dt.date | None
    year: int | None
    year_from_number: bool
    first_unit_leads: bool | None
    cover: list[Line]
    body: list[Block]
    covers_only: bool


def read_head(blocks: list[Block], year: int | None, box: Sequence[str] = ()) -> Head:
    """Tells head and body apart. ``year`` is the caller's, for documents that name none.

    ``box`` is what the web site says above the document: 索引号, 发文字号, 成文日期.
    """
    lines = lines_of(blocks)
    top = _top_of(blocks)
    number, broken = _document_number(top)
    number = number or _number_in(box)
    brought = _brought(top) or _brought_by_text(top)
    title, after = brought or _title(top)
    cover: list[Line] = []
    body = blocks[after:]
    if brought:
        cover, body = _cover_and_body(blocks, *brought)
    issued_on = _issued_on(cover) or _issued_on(top) or _issued_on(lines[-6:]) or _issued_on(lines)
    issued_on = issued_on or _day_in(box)
    named = year_of_title(title)
    found = named or (issued_on.year if issued_on else None) or year
    of_number = None if found or not number else int(re.findall(r"20\d\d", number)[0])
    return Head(
        title=title,
        document_number=number,
        number_was_broken=broken,
        issued_on=issued_on,
        year=found or of_number,
        year_from_number=bool(of_number),
        first_unit_leads=_first_unit_leads(blocks),
        cover=cover,
        body=body,
        covers_only=brought is not None and not body,
    )


def year_of_title(title: str | None) -> int | None:
    """The plan's year: the one before 要点, 计划 … where several are named; a range's first."""
    if not title:
        return None
    plain = folded(title)
    years = [(found.start(), int(found[1])) for found in _YEARS.finditer(plain)]
    if han := _HAN_YEAR.search(plain):
        years.append((han.start(), int(cn2an.cn2an(han[1].replace("○", "零"), "smart"))))
    if len(years) > 1 and re.search(r"总结|情况|报告", plain) and re.search(_PLAN_WORDS, plain):
        return years[-1][1]
    return years[0][1] if years else None


def _top_of(blocks: list[Block]) -> list[Line]:
    """The lines before the first table or heading; a plan begins there at the latest."""
    top: list[Line] = []
    for block in blocks:
        if isinstance(block, Table) or len(top) >= 40:
            break
        number = number_of(block.text)
        if number and number.kind not in (Kind.DASH, Kind.NAMED):
            break
        top.append(block)
    return top


def _document_number(top: list[Line]) -> tuple[str | None, bool]:
    for pattern, broken in ((_NUMBER, False), (_BROKEN_NUMBER, True)):
        for line in top:
            plain = squeezed(line.text).replace("(20", "[20").replace("(19", "[19")
            plain = re.sub(r"(\[(?:19|20)\d\d)\)", r"\1]", plain)
            found = pattern.search(plain)
            if found and not _REFERS.search(plain[: found.end("who")]) and len(plain) < 80:
                who = re.sub(r"^(?:发文字号|文号|字号|编号)", "", found["who"])
                return f"{who}〔{found['year']}〕{int(found['n'])}号", broken
    return None, False


def _number_in(box: Sequence[str]) -> str | None:
    for text in box:
        found = re.search(r"(?:发文字号|文号)[::|]*" + _NUMBER.pattern, squeezed(text))
        if found:
            return f"{found['who']}〔{found['year']}〕{int(found['n'])}号"
    return None


def _day_in(box: Sequence[str]) -> dt.date | None:
    pattern = re.compile(rf"(?:{_DATED})[::|]*([\d年月日./-]+)")
    found = [match[1] for text in box for match in pattern.finditer(squeezed(text))]
    return next(filter(None, map(day_alone, found)), None)


def _brought(top: list[Line]) -> tuple[str, int] | None:
    """The title of what a covering notice brings, and how many lines its own title takes."""
    for first in range(min(len(top), 12)):
        for last in range(first + 1, min(first + 5, len(top)) + 1):
            joined = "".join("".join(line.text.split()) for line in top[first:last])
            if len(joined) > 160:
                break
            if found := _BRINGS.search(folded(joined)):
                what = joined[found.start("what") : found.end("what")]
                inner = _IN_TITLE_MARKS.search(what)
                return (inner[1] if inner else what), last
    return None


def _brought_by_text(top: list[Line]) -> tuple[str, int] | None:
    """As before for a notice whose own title was lost: it begins with whom it is sent to."""
    sent = next((n for n, line in enumerate(top[:6]) if _SALUTATION.match(line.text.strip())), None)
    if sent is None:
        return None
    for position, line in enumerate(top[sent + 1 :], sent + 2):
        if found := _BRINGS_IN_TEXT.search(folded(line.text)):
            return line.text[found.start("what") : found.end("what")], position
    return None


def _cover_and_body(blocks: list[Block], title: str, after: int) -> tuple[list[Line], list[Block]]:
    """The notice, and what comes after it: from the plan's own title, or after the signature."""
    rest = blocks[after:]
    lines = [block for block in rest if isinstance(block, Line)]
    start = _start_by_title(rest, title)
    if start is None:
        start = _start_by_signature(rest)
    if start is None and any(isinstance(block, Table) for block in rest):
        start = next(n for n, block in enumerate(rest) if isinstance(block, Table))
    if start is None:
        return lines, []
    cover = [block for block in rest[:start] if isinstance(block, Line)]
    return cover, rest[start:]


def _start_by_title(rest: list[Block], title: str) -> int | None:
    wanted = squeezed(title)
    for first, block in enumerate(rest):
        joined = ""
        for last in range(first, min(first + 4, len(rest))):
            line = rest[last]
            if not isinstance(line, Line):
                break
            joined += squeezed(line.text)
            if joined == wanted or (joined.endswith(wanted) and len(joined) < len(wanted) + 20):
                return last + 1
            if not wanted.startswith(joined):
                break
        if isinstance(block, Table):
            return None
    return None


def _start_by_signature(rest: list[Block]) -> int | None:
    """After the first date on a line of its own, where a plan follows it."""
    for position, block in enumerate(rest):
        if isinstance(block, Line) and day_alone(block.text):
            following = rest[position + 1 :]
            if any(isinstance(b, Table) or number_of(b.text) for b in following):
                return position + 1
            return None
    return None


def _title(top: list[Line]) -> tuple[str | None, int]:
    """The title over one or more lines, and how many lines of the document come before the body."""
    return _title_by_its_last_word(top) or _title_by_its_shape(top) or (None, 0)


def _title_by_its_shape(top: list[Line]) -> tuple[str, int] | None:
    """The first line that is neither a sentence, a number, a date nor an address."""
    for position, line in enumerate(top[:4]):
        plain = squeezed(line.text)
        named = not re.search(r"[。;:!,]", plain) and 6 <= len(plain) <= 60
        if named and not _NUMBER.search(plain) and not day_alone(line.text):
            return _tidy(line.text), position + 1
    return None


def _title_by_its_last_word(top: list[Line]) -> tuple[str, int] | None:
    """Lines joined until they end as titles do: 要点, 方案, 通知 …"""
    for first, line in enumerate(top[:12]):
        plain = squeezed(line.text)
        if _NUMBER.fullmatch(plain) or day_alone(line.text) or re.search(r"[。;:!]", plain):
            continue
        taken, joined = first, ""
        while taken < len(top) and taken < first + 4:
            text = squeezed(top[taken].text)
            if re.search(r"[。;:!]", text) or day_alone(top[taken].text):
                break
            joined += top[taken].text.strip()
            taken += 1
            if _TITLE_WORDS.search(_without_number(squeezed(joined))):
                return _tidy(joined), taken
    return None


def _without_number(plain: str) -> str:
    return re.sub(r"[(\[][\u4e00-\u9fff]+\[\d{4}\]\d+号[)\]]$", "", plain)


def _tidy(title: str) -> str:
    """Without the document's number behind it."""
    return re.sub(r"[(（][^()（）]*[〔\[]\d{4}[〕\]]\s*\d+\s*号[)）]$", "", title.strip()).strip()


def _issued_on(lines: list[Line]) -> dt.date | None:
    for line in lines:
        named = re.match(rf"(?:{_DATED})[::](.+)", squeezed(line.text))
        if day := day_alone(named[1] if named else line.text):
            return day
    return None


def _first_unit_leads(blocks: list[Block]) -> bool | None:
    """True or false where the text says so, ``None`` where it says nothing."""
    for block in blocks:
        texts = (
            [block.text] if isinstance(block, Line) else [c for r in block.rows for c in r.cells]
        )
        for text in texts:
            plain = squeezed(text)
            if _FIRST_LEADS.search(plain):
                return True
            if _NO_ORDER.search(plain):
                return False
    return None
