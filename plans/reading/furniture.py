"""What stands around a document on a web page or under it: no part of what it says. Pure."""

import datetime as dt
import re

import cn2an

from plans.reading.blocks import Block, Line
from plans.reading.text import folded, squeezed

_AROUND = re.compile(
    r"^(?:(?:当前)?位置|您(?:现在)?(?:的位置|所在)|首页|网站首页|来源|信息来源|稿件来源|作者|编辑|责任编辑|审核"
    r"|浏览(?:次数|量)|点击(?:数|量)?|阅读(?:次数|量)?|访问量|发布(?:时间|日期|机构|单位)|更新(?:时间|日期)|生成日期"
    r"|索引号|信息索引|主题(?:分类|词)|体裁分类|组配分类|服务对象|公开(?:方式|形式|范围|属性|类别)|信息分类|信息类别|有效性"
    r"|关键词|内容概述|发文机关|发文单位|制发机关|名称|标题|字体|字号|打印|关闭|分享|收藏|纠错|上一[篇条]|下一[篇条]"
    r"|版权所有|主办单位:?.{0,20}人民政府|网站地图|技术支持|政府信息公开|返回|附件下载"
    r"|抄送|主送|印发机关|共印|校对|签发人|密级|份号|紧急程度)(?:[:|\[]|$|本|顶|首|到|者|\s)"
)
#: However the line goes on.
_ADVERTISES = re.compile(r"扫一扫|[^,;。]{0,8}(?:ICP备|公网安备)|分享到|打印本")
_BRACKETED = re.compile(
    r"^[(\[](?:此件|此文|主动|依申请|大|字体|字号|联系人|公开|本文有删减|此页无正文).*[)\]]$"
)
_PAGE = re.compile(r"^(?:[-·]*\d{1,3}[-·]*|第\d+页(?:共\d+页)?)$")
_CONTACT = re.compile(
    r"^(?:\(?联系人|联系电话|联系方式|咨询电话|电子?邮箱|邮箱|传真|地址|邮编|电话)[::]"
)
_DATE = re.compile(
    r"^\(?(?:(?P<year>20\d\d)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
    r"|(?P<han>二[〇零○][一二三四五六七八九〇零○]{2})年(?P<hmonth>十?[一二三四五六七八九十])月"
    r"(?P<hday>[一二三四五六七八九十]{1,3})日"
    r"|(?P<iyear>20\d\d)[-/.](?P<imonth>\d{1,2})[-/.](?P<iday>\d{1,2}))(?:印发)?\)?$"
)
_ATTACHMENTS = re.compile(r"^附件\d*\s?[:：]")
_ATTACHED = re.compile(r"^附件(?:\d{1,2}|[一二三四五六七八九十])?[:：]?$")
_IN_ATTACHMENT = re.compile(
    r"见附件|附后|^附件\d*[:：].{0,40}(?:分解|任务|方案|清单|分工|要点|台账|计划|安排)"
)
_BOX = re.compile(r"索\s?引\s?号|发\s?文\s?字\s?号|成文日期|发文日期|文\s?号\s?[:：|]")
#: Blocks at the top among which the box is looked for.
MOST_OF_A_BOX = 40
_ATTACHMENT_ROW = re.compile(r"^\d{1,2}[.、．]\s?[^。;；]{2,60}$")


def without_furniture(blocks: list[Block]) -> list[Block]:
    """The blocks without site headers, contacts, page numbers and lists of attachments."""
    kept: list[Block] = []
    in_attachments = False
    for block in blocks:
        if not isinstance(block, Line):
            kept.append(block)
            in_attachments = False
            continue
        plain = squeezed(block.text)
        if not plain or (is_furniture(plain) and not _ATTACHMENTS.match(plain)):
            continue
        listed = in_attachments and bool(_ATTACHMENT_ROW.match(folded(block.text).strip()))
        in_attachments = listed or bool(_ATTACHMENTS.match(plain))
        if not in_attachments:
            kept.append(block)
    return kept


def points_to_attachment(blocks: list[Block]) -> bool:
    """Whether the tasks are said to be in an attachment: 详见附件, 附件:任务分解表."""
    return any(isinstance(b, Line) and _IN_ATTACHMENT.search(squeezed(b.text)) for b in blocks)


def box_of(blocks: list[Block]) -> list[str]:
    """What the site says above the document in its box, as text; read only if nothing else is."""
    texts = [
        [block.text] if isinstance(block, Line) else [" ".join(row.cells) for row in block.rows]
        for block in blocks[:MOST_OF_A_BOX]
    ]
    return [text for found in texts for text in found if _BOX.search(text)]


def is_furniture(plain: str) -> bool:
    plain = plain.lstrip("•●·")
    return bool(
        _AROUND.match(plain)
        or not plain.strip("|-:")
        or _ADVERTISES.match(plain)
        or _BRACKETED.match(plain)
        or _PAGE.match(plain)
        or _CONTACT.match(plain)
        or _ATTACHED.match(plain)
    )


def day_alone(text: str) -> dt.date | None:
    """The day where a line holds nothing else, as under a signature; ``None`` otherwise."""
    found = _DATE.match(squeezed(text))
    if found is None:
        return None
    parts = [found[name] for name in ("year", "month", "day", "han", "hmonth", "hday")]
    parts += [found[name] for name in ("iyear", "imonth", "iday")]
    year, month, day = (_number(part) for part in parts if part)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _number(printed: str) -> int:
    if printed.isdecimal():
        return int(printed)
    return int(cn2an.cn2an(printed.replace("○", "零").replace("〇", "零"), "smart"))
