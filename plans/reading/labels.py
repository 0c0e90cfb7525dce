"""The words by which offices say who does what: labels before a list, verbs behind it. Pure."""

import re

from plans.reading.text import folded

LEAD, RESPONSIBLE, SUPPORTING = "lead", "responsible", "supporting"
DEADLINE, PERSON, OTHER = "deadline", "person", "other"

_BODY = r"(?:单位|部门|科室|股室|处室|机构|主体|(?=\s?[:、和及]))"
_LABELS: dict[str, str] = {
    PERSON: (
        r"(?:[省市县区]?(?:政府)?(?:责任|分管|牵头(?:负责)?|包抓|包保|联系|主要|督办|包联|挂钩|[省市县区])"
        r"(?:[省市县区])?(?:领导|负责同志|负责人)|(?:直接|具体|第一)?责任人员?|负责人|联系人员?|联络员"
        r"|经办人|联系电话|联系方式|电话)"
    ),
    DEADLINE: (
        r"(?:完成|办结|工作|推进|整改|落实|实施|计划|预计|任务|截止|进度|起止)*"
        r"(?:时限|期限|时间|节点|截止日期)(?:节点|要求|安排|进度)?"
    ),
    OTHER: r"(?:督办|督查|督导|监督|考核|验收)(?:单位|部门|领导|机构)",
    SUPPORTING: rf"(?:协同|协助|协作|协办|配合|参与|参加|支持|协调|汇总|和|与)+(?:责任)?{_BODY}",
    LEAD: rf"(?:第一|总|主要)?(?:牵头|主办|主责)(?:实施|负责|\(?责任\)?)?{_BODY}",
    RESPONSIBLE: (
        r"(?:部门|单位|责任|任务|职责)分工(?=\s?:)|(?:主要|具体|共同|第二|其他|直接)?(?:责任|承办|落实|实施|完成|负责|执行|办理|主管|推进)"
        + _BODY
    ),
}
LABEL = re.compile(
    "(?:"
    + "|".join(f"(?P<{role}>{pattern})" for role, pattern in _LABELS.items())
    + r")(?:\s?[、及和(](?:责任|牵头|配合|协办)(?:单位|部门|人|领导)\)?)?\s?:"
)
#: On a line of its own a label may do without the colon.
LABEL_AND_BLANK = re.compile(
    r"^\s*(?:"
    + "|".join(f"(?P<{role}>{pattern})" for role, pattern in _LABELS.items() if role != DEADLINE)
    + r")(?<=单位|部门|科室)\s+(?=\S)"
)
#: How a clause without a label says what its units do.
CLAUSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        LEAD,
        re.compile(
            r"(?:共同|联合|分别|总)?(?:牵头|主办)(?:实施|推进|组织|落实|办理|抓总)?(?:负责)?$"
        ),
    ),
    (
        SUPPORTING,
        re.compile(
            r"(?:按(?:照)?(?:各自)?(?:职责|职能)(?:分工)?)?(?:积极|共同|协同|协助|做好|予以|密切)*"
            r"(?:配合|参与|参加|协办|协助|协同|指导)(?:做好|落实|实施|推进|工作|单位|办理)*$"
        ),
    ),
    (
        RESPONSIBLE,
        re.compile(
            r"(?:按(?:照)?(?:各自)?(?:的)?(?:职责|职能|部门职责)(?:权限|范围|任务)?(?:分工)?(?:,)?(?:分别|各自|共同)?"
            r"(?:负责|落实|实施|推进|组织实施|抓好落实|做好)?|(?:分别|各自|共同|具体|分工|组织)?"
            r"(?:负责|落实|承办|实施|组织实施|抓落实|起草|承担|办理)(?:实施|落实|推进)?)$"
        ),
    ),
)


def begins_with_label(text: str) -> bool:
    plain = folded(text).lstrip()
    return bool(LABEL.match(plain) or LABEL_AND_BLANK.match(plain))
