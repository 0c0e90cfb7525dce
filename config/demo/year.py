"""What happened to the plan from its issue until today, key task by key task.

The numbers are those printed in the document, (一) is 1. Everything not told stays signed for and
unreported. Days come from ``DemoDates``, so that the same things happen whatever today is.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from config.demo import county
from config.demo.dates import DemoDates, weekdays_after
from config.demo.story import ShareName, Story
from tasks.models import Task

OFFICE = county.ISSUING_OFFICE
DONE = "已按要求全部完成，有关材料已归档，申请办结。"

#: Units that signed for their shares only after the office had called them.
SLOW_TO_SIGN = {"后坪乡", "木叶乡", "县商务委"}

#: Key task and unit of the objection.
OBJECTION = ShareName(14, "县城市管理局")

#: Percents of the townships that report on (七) and (十八), in turn.
VILLAGE_SERVICE = (60, 80, 45, 70, 30)
MEDIATION = (55, 75, 65, 40)


def write_down(story: Story) -> None:
    """Every step of the year, not yet taken."""
    _sign_for_everything(story)
    for chapter in (
        _leadership,
        _services,
        _institutions,
        _enforcement,
        _mediation,
        _support,
    ):
        chapter(story, story.dates)


def _sign_for_everything(story: Story) -> None:
    """Most units sign within three days of the issue."""
    for number in range(1, story.plan.key_tasks.count() + 1):
        for position, name in enumerate(story.shares_of(number)):
            if name == OBJECTION:
                story.object_in_vain(
                    name,
                    story.dates.signing_day(1),
                    "我局案卷评查上年度已由市级主管部门统一组织，建议不再重复安排。",
                    "市级评查范围与本次不同，不能替代，请按要求落实。",
                )
            else:
                wait = 8 if name.unit in SLOW_TO_SIGN else 1 + position % 3
                story.sign(name, story.dates.signing_day(wait))


def _leadership(story: Story, dates: DemoDates) -> None:
    _finish_all(story, 1, "first")
    for unit in ("钟多街道", "龙潭镇", "县公安局"):
        story.progress(
            ShareName(2, unit), dates.day(0.5), 50, "主要负责人已专题研究法治建设工作两次。"
        )
    story.take_steps(
        ShareName(3, "县政府办公室"), dates.day(0.6), 3, "已组织常务会议会前学法三次。"
    )
    story.take_steps(ShareName(3, "县司法局"), dates.day(0.6), 2, "已编印两期学法资料。")
    _finish_all(story, 4, "third", late={"毛坝乡": 4, "双泉乡": 6})


def _services(story: Story, dates: DemoDates) -> None:
    online = ShareName(5, "县政务服务办", own=True)
    story.progress(online, dates.day(0.4), 60, "已完成事项梳理，网上可办率达到92%。")
    story.progress(online, dates.day(0.8), 85, "网上可办率达到94.6%，剩余事项正在改造系统接口。")
    _advance(story, dates.day(0.8), "套餐流程已与牵头单位对接，正在联调。", {
        ShareName(6, "县政务服务办", own=True): 70,
        ShareName(6, "县公安局"): 80,
        ShareName(6, "县人力社保局"): 90,
    })  # fmt: skip
    story.finish(ShareName(6, "县市场监管局"), dates.day(0.85), DONE)
    _village_services(story, dates)
    _extension(story, dates)


def _village_services(story: Story, dates: DemoDates) -> None:
    """(七): two townships break it down to their villages, the others report themselves."""
    reporting = "代办事项目录已公示，代办员已到位，正在逐村核对。"
    for position, unit in enumerate(county.ALL_TOWNSHIPS):
        if unit in county.VILLAGES:
            _in_villages(story, ShareName(7, unit), dates)
        elif unit == "龙潭镇":
            story.progress(ShareName(7, unit), dates.day(0.5), 50, reporting)
            story.leave_waiting(
                ShareName(7, unit), dates.last_story_day, 90, "仅剩两个村的公示栏尚未更新。"
            )
        elif unit == "麻旺镇":
            story.progress(ShareName(7, unit), dates.day(0.5), 40, reporting)
            story.report_in_vain(
                ShareName(7, unit),
                dates.day(0.85),
                80,
                "各村均已完成。",
                "未附各村公示情况，所报进度缺少依据，请核实后重新报送。",
            )
        else:
            percent = VILLAGE_SERVICE[position % len(VILLAGE_SERVICE)]
            story.progress(ShareName(7, unit), dates.day(0.7), percent, reporting)
    story.progress(
        ShareName(7, "县政务服务办", own=True), dates.day(0.8), 75, "已印发代办事项指导目录。"
    )


def _in_villages(story: Story, share: ShareName, dates: DemoDates) -> None:
    """The first village is done, the next ones are under way, the last has not reported."""
    due_on = dates.deadlines["later"] - dt.timedelta(days=10)
    parts = [share.unit, *county.VILLAGES[share.unit]]
    below = story.break_down(share, dates.signing_day(5), parts, due_on=due_on)
    for name in below:
        story.sign(name, dates.signing_day(7))
    own, first, *others, _last = below
    story.progress(own, dates.day(0.6), 60, "已汇总各村代办事项，乡便民服务中心统一受理。")
    story.finish(first, dates.day(0.6), DONE)
    for name, percent in zip(others, (80, 60, 50, 40), strict=False):
        story.progress(name, dates.day(0.75), percent, "代办员已培训，公示牌正在制作。")


def _extension(story: Story, dates: DemoDates) -> None:
    """(八): the printed date is past, the share has a later one."""
    share = ShareName(8, "县市场监管局")
    story.progress(share, dates.day(0.5), 60, "历史信息已归集，正在核对公示数据。")
    story.extend(
        share,
        dates.before("just_overdue", 8),
        dates.deadlines["later"],
        "市级信用平台正在升级，信用修复模块暂缓上线，申请顺延。",
    )
    story.progress(share, dates.day(0.95), 75, "信用修复告知书式样已确定，待平台上线后启用。")


def _institutions(story: Story, dates: DemoDates) -> None:
    _finish_all(story, 9, "second")
    _finish_all(
        story,
        10,
        "fourth",
        late={"县民政局": 3, "县商务委": 5},
        behind={"县司法局": 90, "县水利局": 40, "县林业局": 60},
    )
    root = ShareName(11, "县政府办公室")
    named = story.break_down(root, dates.signing_day(6), ["县卫生健康委", "县交通运输委"])
    for name in named:
        story.sign(name, dates.signing_day(7))
    _advance(story, dates.day(0.75), "目录内事项已履行公众参与和风险评估程序。", {
        ShareName(11, "县政府办公室", own=True): 80,
        ShareName(11, "县司法局"): 60,
        ShareName(11, "县发展改革委"): 60,
        ShareName(11, "县财政局"): 40,
        ShareName(11, "县卫生健康委"): 30,
    })  # fmt: skip
    _advance_in_turn(story, 12, dates.day(0.7), (90, 70, 50), "意见采纳台账已建立，按月更新。")


def _enforcement(story: Story, dates: DemoDates) -> None:
    _finish_all(story, 13, "second", late={"县文化旅游委": 3})
    _case_review(story, dates)
    _finish_all(
        story,
        15,
        "long_overdue",
        behind={"县司法局": 95, "官清乡": 55},
        silent=("车田乡",),
    )
    # What supports counts for nothing, and is reported as done all the same.
    story.finish(ShareName(16, "县人力社保局"), dates.before("first", 3), DONE)
    _finish_all(story, 16, "first")
    _finish_all(story, 17, "just_overdue", behind={"县生态环境局": 70})


def _case_review(story: Story, dates: DemoDates) -> None:
    """(十四): due within five working days; some are done, some are nearly."""
    for position, name in enumerate(_below_root(story, 14)):
        if name == OBJECTION:
            story.progress(name, dates.day(0.9), 40, "正在补充自查上年度市级未覆盖的案卷。")
        elif position % 2:
            story.finish(name, dates.day(0.85), DONE)
        else:
            story.progress(name, dates.day(0.85), 80, "自查已结束，正在整改案卷文书问题。")


def _mediation(story: Story, dates: DemoDates) -> None:
    reporting = "化解中心已实体运行，本季度排查的纠纷均已分流交办。"
    for position, name in enumerate(_below_root(story, 18)):
        if name.unit not in county.VILLAGES:
            percent = MEDIATION[position % len(MEDIATION)]
            story.progress(name, dates.day(0.7), percent, reporting)
    _mediation_in_villages(story, dates)
    story.progress(
        ShareName(19, "县司法局", own=True), dates.day(0.7), 60, "简案办理时限已压减三分之一。"
    )
    _advance_in_turn(story, 20, dates.day(0.8), (70, 85, 60), "应出庭案件均已发出提醒函。")
    _finish_all(story, 21, "third", late={"县委宣传部": 5})
    _advance(story, dates.day(0.8), "法治副校长已全部到岗，活动按计划开展。", {
        ShareName(22, "县教委", own=True): 50,
        ShareName(22, "县司法局"): 60,
        ShareName(22, "县检察院"): 40,
        ShareName(22, "团县委"): 70,
    })  # fmt: skip


def _mediation_in_villages(story: Story, dates: DemoDates) -> None:
    """花田乡 broke (十八) down early, 庙溪乡 three days ago: two villages have yet to sign."""
    early = ShareName(18, "花田乡")
    for name in story.break_down(early, dates.signing_day(5), county.VILLAGES["花田乡"]):
        story.sign(name, dates.signing_day(6))
        story.progress(name, dates.day(0.65), 50, "村调解委员会已健全，调解员已参加培训。")
    late = ShareName(18, "庙溪乡")
    day = dates.before_today(3)
    below = story.break_down(late, day, county.VILLAGES["庙溪乡"])
    for name in below[:3]:
        story.sign(name, weekdays_after(day, 1))


def _support(story: Story, dates: DemoDates) -> None:
    _advance(story, dates.day(0.9), "指标修订稿已征求意见，拟提请审定。", {
        ShareName(23, "县委考核办", own=True): 80,
        ShareName(23, OFFICE): 60,
    })  # fmt: skip


def _below_root(story: Story, number: int) -> list[ShareName]:
    """The shares of a key task below its root that count."""
    return [name for name in story.shares_of(number)[1:] if _counts(story, name)]


def _counts(story: Story, name: ShareName) -> bool:
    return story.role_of(name) != Task.Role.SUPPORTING


def _advance(story: Story, day: dt.date, narrative: str, percents: dict[ShareName, int]) -> None:
    for name, percent in percents.items():
        story.progress(name, day, percent, narrative)


def _advance_in_turn(
    story: Story, number: int, day: dt.date, percents: Sequence[int], narrative: str
) -> None:
    for position, name in enumerate(_below_root(story, number)):
        story.progress(name, day, percents[position % len(percents)], narrative)


def _finish_all(
    story: Story,
    number: int,
    deadline: str,
    *,
    late: dict[str, int] | None = None,
    behind: dict[str, int] | None = None,
    silent: Iterable[str] = (),
) -> None:
    """Everybody finishes in the week before the deadline, and the root last.

    ``late`` finish so many weekdays after it, ``behind`` stand at a percent, ``silent`` have
    never reported; while there are any of these two, the root stays open.
    """
    late, behind, silent = late or {}, behind or {}, set(silent)
    settled = [story.dates.before(deadline, 4)]
    for position, name in enumerate(_below_root(story, number)):
        if name.unit in behind:
            day = story.dates.before(deadline, 3)
            story.progress(name, day, behind[name.unit], "正在推进，部分事项尚需协调。")
        elif name.unit in late:
            settled.append(story.finish(name, story.dates.after(deadline, late[name.unit]), DONE))
        elif name.unit not in silent:
            day = story.dates.before(deadline, 2 + position % 4)
            settled.append(story.finish(name, day, DONE))
    if not behind and not silent:
        story.finish(story.shares_of(number)[0], weekdays_after(max(settled), 1), DONE)
