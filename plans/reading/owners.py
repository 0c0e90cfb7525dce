"""From a printed list of units to the single owners. Pure: knows shapes of names, no directory.

What a name is, its ending tells (局, 委, 办 …); whether it stands for many units, its beginning
(各, 全县) or the lack of a name of its own (乡镇人民政府, 成员单位).
"""

import itertools
import re
from collections.abc import Iterable, Iterator

from plans.reading.draft import OwnerDraft
from plans.reading.text import brackets_of, folded, split_outside, without

#: How the names of units, bodies and groups of units end.
_ENDINGS = (
    r"局|委|办|办公室|厅|部|署|院|会|处|科|股|室|站|所|队|中心|公司|集团|银行|分行|支行|学校|学院|大学|医院"
    r"|政府|街道|镇|乡|村|社区|协会|联社|法院|检察院|党校|报社|电视台|台|馆|组|专班|指挥部|联席会议|部门|单位"
    r"|机关|机构|县|区|市|园|农场|林场|组织|企业|总队|支队|大队|中队|党委|党组|党工委|工委|纪委|人大|政协"
    r"|妇联|残联|文联|科协|侨联|社科联|工商联|总工会|团委|县委|市委|省委|区委|州委|网信|编办|窗口|基地"
)
_UNIT = re.compile(rf"(?:{_ENDINGS})$")
#: Endings that also end ordinary phrases: alone in a bracket they prove nothing.
_WEAK = re.compile(r"(?:办|会|部|处|台|组|区|市|县|乡|村|镇|所|队|园|室|机构|企业|组织|基地|窗口)$")
_LEVELS = "省市县区州旗镇乡"
_STRONG_BEGINNING = re.compile(
    r"^(?:[省市县区州旗](?!场|政|容|域|监)|各|全|国家|中共|团|\d+个|有关|相关)"
)

_GROUP = re.compile(
    r"^(?:各|全[省市县区州]各?|所有|其他)|有关|相关|成员单位|^\d+个.{2}|各(?:级|乡|镇|街|县|区|市|村|部门|单位|工作|行|责任|执法)"
)
_OPEN = re.compile(r"有关|相关")
_NO_NAME = re.compile(
    r"^(?:[省市县区州]?(?:级|直|属|府|政府|委|委政府)?)?"
    r"(?:(?:乡镇|镇街|镇乡|乡|镇|街道|园区|村|社区|县区|区县|县市区|(?<=级)(?=人民政府|政府))+(?:\([^)]*\))?"
    r"(?:人民政府|政府|办事处|街道办事处|党委|党工委)?"
    r"|(?:行业|业务|职能|工作|主管|执法|成员|进驻|责任|牵头|配合|基层|行政执法|文件起草|起草|派出|直属|组成|综合)*"
    r"(?:部门|单位|机关|机构|企业))(?:\([^)]*\))?$"
)
#: What belongs to the name before it, whatever blank the print left.
_TAILS = ("人民政府", "政府", "办事处", "管委会", "党委", "党工委")
#: Words for kinds of places that go on after 各乡镇、 without a 各 of their own.
_ALSO_PLACES = re.compile(
    r"^(?:街道|街道办事处|街道办|办事处|乡|镇|园区|开发区|管委会|开发区管委会|社区|村|县级市|市|区|县|农场|林场"
    r"|人民政府|镇人民政府|乡人民政府|街道党工委|功能区|工业园区|[省市县区]?(?:人民)?政府)(?:\([^)]*\))?$"
)
_EACH_PLACE = re.compile(
    r"^各?(?:乡镇|镇乡|乡|镇|县|区|市|村|街道|园区|区县|县区)(?:\([^)]*\))?(?:人民政府|政府|党委)?(?:\([^)]*\))?$"
)

#: Bodies that bear no level of their own in a list (国网, 人民银行), and towns.
_NO_SHARED_PREFIX = re.compile(
    r"^(?:各|全|有关|相关|国|中国|中央|人民|团|共青团|驻|\d)|公司$|银行$|支行$|集团$|大学$|学院$"
    r"|镇$|乡$|村$|街道$|部门$|单位$|企业$|管委会$|小组$|指挥部$|专班$|协会$|商会$"
    r"|海关$|海事局$|铁路局$"
)
_OF_THE_PARTY = re.compile(
    r"^(?:组织部|宣传部|统战部|政法委|编办|网信办|老干部?局|党校|台办|机关工委|政研室)$"
)
#: Words in which 市, 区, 乡 … are no level.
_NO_LEVEL = re.compile(
    r"市场|城市|市政|市容|市监|社区|区域|城乡|乡村|乡镇|镇街|地区|园区|林区|景区|农村|区划"
)
_PREFIX = re.compile(
    rf"^([{_LEVELS}](?:委(?=[组宣统政编网老党台机]))?)(?!场|政执|容|域|监局|区|级|直|属)"
)

_OPEN_END = re.compile(
    r"等(?:\d+|[一二三四五六七八九十]+)?(?:家|个)?(?:有关|相关|成员|部门|单位|县级|县直|市直)*$"
)
#: Characters, with what stands in brackets behind it.
LONGEST_NAME = 80
_REMARK = re.compile(r"下同|为牵头|排名|排序|列第一|不分先后")
_ROUND_ABOUT = re.compile(
    r"^(?:由|其中|以及|并由|会同|联合|及|和|与)|(?:为主|(?:具体)?负责人?|按(?:照)?(?:各自)?(?:职责|职能)(?:分工)?)$"
)


def looks_like_unit(name: str) -> bool:
    """Whether the text has the shape of a unit's name, its bracketed addition left aside."""
    plain = _bare(name)
    return (
        1 < len(plain) <= 30 and bool(_UNIT.search(plain)) and not re.search(r"[。:;!?的“”]", plain)
    )


def surely_unit(name: str) -> bool:
    """As ``looks_like_unit``, where nothing but the name says that it is one."""
    plain = _bare(name)
    if not looks_like_unit(name) or len(plain) < 3 or "、" in plain:
        return False
    return bool(_STRONG_BEGINNING.search(plain)) or not _WEAK.search(plain)


def is_group(name: str) -> bool:
    """Whether the name stands for many units: 各乡镇(街道), 36个进驻部门, 县级有关部门."""
    plain = _plain(name)
    if _GROUP.search(plain) or plain.startswith("除"):
        return True
    return bool(_NO_NAME.match(plain)) and looks_like_unit(plain)


def read_owners(text: str, role: str) -> list[OwnerDraft]:
    """The owners of one list, all of one role, in printed order; each name once.

    >>> [owner.name for owner in read_owners("县发展改革委、财政局", "lead")]
    ['县发展改革委', '县财政局']
    """
    owners: dict[str, OwnerDraft] = {}
    for name, open_ended in _with_shared_prefix(list(_names(text))):
        group = is_group(name)
        open_ended = open_ended or (group and bool(_OPEN.search(name)))
        owners.setdefault(name, OwnerDraft(name, role, group, open_ended))
    return list(owners.values())


def written_out(text: str) -> list[tuple[str, str]]:
    """The names of the list that lack the prefix they share, as printed and as written out."""
    printed = list(_names(text))
    return [
        (before, after)
        for (before, _o), (after, _p) in zip(printed, _with_shared_prefix(printed), strict=True)
        if before != after
    ]


def _names(text: str) -> Iterator[tuple[str, bool]]:
    """The names as printed, and whether 等 leaves the list open after it."""
    for piece in _joined_places(_pieces(text)):
        name, count = _OPEN_END.subn("", _without_remarks(piece))
        name = _ROUND_ABOUT.sub("", _ROUND_ABOUT.sub("", name.strip())).strip("、,;。: ")
        if name:
            yield name, bool(count)


def _without_remarks(piece: str) -> str:
    """The name without a remark on the list: (第一责任单位为牵头单位,下同)."""
    remarks = [b for b in brackets_of(piece) if b.start and _REMARK.search(folded(b.inner))]
    return without(piece, [(bracket.start, bracket.end) for bracket in remarks])


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Each piece with the sign printed before it, if any."""
    for piece, separator in split_outside(text.replace("\n", " "), "、,;/|。"):
        for part in _split_at_blanks(piece.strip()):
            for unit in _split_at_conjunctions(part):
                for name in _split_where_nothing_stands(unit):
                    yield name, separator
                    separator = ""


def _split_at_blanks(piece: str) -> Iterator[str]:
    """A blank divides two names; within a name (各乡镇 人民政府) it is a fault of the print."""
    words = folded(piece).split()
    if len(words) > 1 and all(looks_like_unit(word) and word not in _TAILS for word in words):
        yield from piece.split()
    elif piece:
        yield "".join(piece.split())


def _split_at_conjunctions(piece: str) -> Iterator[str]:
    """和, 与, 及 divide where a whole name stands on either side: not in 发展和改革委员会."""
    nested, start = list(brackets_of(piece)), 0
    found = list(re.finditer("以及|及|和|与|会同", piece))
    for conjunction, following in itertools.zip_longest(found, found[1:]):
        inside = any(bracket.start < conjunction.start() < bracket.end for bracket in nested)
        name = piece[start : conjunction.start()]
        next_one = following.start() if following else len(piece)
        right = (piece[conjunction.end() : next_one], piece[conjunction.end() :][:LONGEST_NAME])
        if not inside and _is_whole_name(name) and any(map(_may_follow, right)):
            yield name
            start = conjunction.end()
    yield piece[start:]


def _is_whole_name(text: str) -> bool:
    return len(text) <= LONGEST_NAME and looks_like_unit(text)


def _may_follow(text: str) -> bool:
    return looks_like_unit(text) or bool(_OPEN_END.search(text)) or is_group(text)


_NOTHING_BETWEEN = re.compile(
    r"(?<=[局委办部院会厅心队社校])(?=各(?:有关|相关)?[乡镇街县区村部单]|(?:[省市县区州](?!场|政|容|域|监)|各)[^省市县区州]{2,}(?:局|委|办|部|院|会|厅|中心|室))"
)


def _split_where_nothing_stands(piece: str) -> Iterator[str]:
    """县司法局县财政局: two names without any sign between them."""
    if len(piece) < 6 or "(" in folded(piece) or re.search("总局|委员会办", piece):
        yield piece
        return
    parts = _NOTHING_BETWEEN.split(piece)
    yield from parts if all(looks_like_unit(part) for part in parts) else [piece]


def _joined_places(pieces: Iterable[tuple[str, str]]) -> Iterator[str]:
    """各乡镇人民政府、街道办事处 is one word for many units."""
    waiting = ""
    for piece, separator in pieces:
        if waiting and separator and _ALSO_PLACES.match(folded(piece)):
            waiting += separator + piece
            continue
        if waiting:
            yield waiting
        waiting = ""
        if _EACH_PLACE.match(folded(piece)):
            waiting = piece
        else:
            yield piece
    if waiting:
        yield waiting


def _with_shared_prefix(names: list[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """县发展改革委、财政局: what the first name's prefix is also meant for gets it."""
    prefix = ""
    for name, open_ended in names:
        own = _PREFIX.match(name)
        if own and not is_group(name):
            prefix = own[1]
        elif prefix and _lacks_prefix(name):
            yield _level_for(prefix, name) + name, open_ended
            continue
        yield name, open_ended


def _lacks_prefix(name: str) -> bool:
    if is_group(name) or _NO_SHARED_PREFIX.search(_bare(name)) or not looks_like_unit(name):
        return False
    return not re.search(f"[{_LEVELS}]", _NO_LEVEL.sub("", _bare(name)))


def _level_for(prefix: str, name: str) -> str:
    """宣传部 after 市委组织部 is 市委宣传部; 财政局 after it is 市财政局."""
    if len(prefix) > 1 and not _OF_THE_PARTY.match(name):
        return prefix[0]
    return prefix


def _plain(name: str) -> str:
    return "".join(folded(name).split())


def _bare(name: str) -> str:
    """The name in half width, without blanks and without what stands in brackets after it."""
    plain = _plain(name)
    return without(plain, [(b.start, b.end) for b in brackets_of(plain) if b.start])
