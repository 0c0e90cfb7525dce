"""What this year's plan of the county says: its chapters, key tasks and covering notice. Pure."""

from collections.abc import Iterator

from config.demo.dates import DemoDates
from config.demo.key_tasks import Chapter, Item, Owners, chinese_number

#: With the year before it.
TITLE = "年全县法治政府建设工作要点"


def title(dates: DemoDates) -> str:
    return f"{dates.year}{TITLE}"


def document_number(dates: DemoDates) -> str:
    return f"酉阳依法治县办〔{dates.year}〕2号"


def numbered_chapters() -> Iterator[tuple[str, list[tuple[str, Item]]]]:
    """Chapters with their printed titles, items with their printed numbers, which run through."""
    count = 0
    for n, chapter in enumerate(CHAPTERS, 1):
        items = []
        for item in chapter.items:
            count += 1
            items.append((f"（{chinese_number(count)}）", item))
        yield f"{chinese_number(n)}、{chapter.title}", items


def numbered_items() -> Iterator[tuple[str, str, Item]]:
    """Chapter as printed, number as printed, item; in printed order."""
    for chapter, items in numbered_chapters():
        for number, item in items:
            yield chapter, number, item


ISSUER = "中共酉阳土家族苗族自治县委全面依法治县委员会办公室"
ADDRESSEES = "各乡镇（街道），县府各部门，有关单位："


def covering_notice(dates: DemoDates) -> list[str]:
    return [
        f"《{title(dates)}》已经县委全面依法治县委员会会议审议通过，现印发给你们，"
        "请结合实际抓好落实。",
        "各牵头单位要将任务逐级分解、责任到岗，于每季度末月25日前将进展情况报县委依法治县办。"
        "未明确牵头单位的事项，由县委依法治县办统筹汇总。",
    ]


CHAPTERS = (
    Chapter(
        "加强党对法治政府建设的领导",
        (
            Item(
                "制定年度推进清单",
                "对照市级法治政府建设评估指标，结合上年度自查发现的薄弱环节，逐项明确推进措施、"
                "责任单位和完成标准，报县委全面依法治县委员会审定后印发执行。",
                Owners(lead=("县司法局",), responsible=("县政府办公室",)),
                "first",
            ),
            Item(
                "压实第一责任人职责",
                "各级各部门党政主要负责人要把法治建设摆上重要议事日程，定期专题研究，"
                "对久拖不决的问题牵头会商，年终述职时一并述法。",
                Owners(lead=("县委依法治县办",), responsible=("各乡镇（街道）", "县府各部门")),
                "ongoing",
            ),
            Item(
                "坚持领导干部集体学法",
                "县政府常务会议会前学法与专题学法相结合，重点学习与经济社会发展和群众生产生活"
                "密切相关的法律法规，学法情况记入会议纪要。",
                Owners(responsible=("县政府办公室", "县司法局")),
                "quarterly",
            ),
            Item(
                "开展法治政府建设自查",
                "各乡镇（街道）对照评估指标逐条自查，列出问题、原因和整改措施，"
                "形成自查报告报县委依法治县办汇总。",
                Owners(lead=("县委依法治县办",), responsible=("各乡镇（街道）",)),
                "third",
            ),
        ),
    ),
    Chapter(
        "提升政务服务和营商环境法治化水平",
        (
            Item(
                "提高政务服务事项网上可办率",
                "除依法不宜网上办理的事项外，进驻部门应当将事项全部纳入网上办理，"
                "同步修订办事指南，全县网上可办率提高到95%以上。",
                Owners(lead=("县政务服务办",), supporting=("36个进驻部门",)),
                "much_later",
            ),
            Item(
                "扩大“一件事一次办”范围",
                "围绕企业开办、新生儿出生、员工录用等高频事项再推出一批套餐，"
                "统一受理标准，压减重复材料。",
                Owners(
                    lead=("县政务服务办",),
                    responsible=("县公安局", "县人力社保局", "县市场监管局"),
                ),
                "within_20",
            ),
            Item(
                "推动便民服务向村延伸",
                "各乡镇（街道）梳理可由村（社区）代办的事项目录，配齐代办人员，"
                "在村便民服务点公示办理流程和联系方式。",
                Owners(lead=("县政务服务办",), responsible=("各乡镇（街道）",)),
                "later",
            ),
            Item(
                "规范涉企信用信息公示",
                "及时归集并公示涉企行政许可、行政处罚信息，健全信用修复告知制度，"
                "一次告知修复条件和办理程序。",
                Owners(lead=("县市场监管局",), labelled=False),
                "just_overdue",
            ),
        ),
    ),
    Chapter(
        "健全依法行政制度体系",
        (
            Item(
                "严格规范性文件备案",
                "县政府规范性文件印发后按规定报送备案，不漏报、不迟报，"
                "备案审查意见及时办理并反馈。",
                Owners(responsible=("县司法局", "县政府办公室")),
                "second",
            ),
            Item(
                "全面清理行政规范性文件",
                "各部门对以县政府名义印发和本部门印发的文件逐件提出保留、修改或者废止意见，"
                "清理结果经审核后向社会公布。",
                Owners(lead=("县司法局",), responsible=("县府各部门",)),
                "fourth",
            ),
            Item(
                "规范重大行政决策程序",
                "编制年度重大行政决策事项目录，目录内事项逐项落实公众参与、专家论证、"
                "风险评估、合法性审查和集体讨论决定的要求。",
                Owners(
                    lead=("县政府办公室",),
                    responsible=("县司法局", "县发展改革委", "县财政局", "县级有关部门"),
                ),
                "much_later",
            ),
            Item(
                "发挥法律顾问作用",
                "各单位制定重要文件、签订重大合同前应当听取法律顾问意见，建立意见采纳情况台账。",
                Owners(lead=("县司法局",), responsible=("各成员单位",)),
                "within_20",
            ),
        ),
    ),
    Chapter(
        "推进严格规范公正文明执法",
        (
            Item(
                "落实行政执法三项制度",
                "执法单位公示执法主体、职责、依据和结果，配齐执法记录设备，"
                "重大执法决定未经法制审核不得作出。",
                Owners(lead=("县司法局",), responsible=("各行政执法单位",)),
                "second",
            ),
            Item(
                "开展行政执法案卷评查",
                "执法单位先行自查本年度已办结案卷，再随机抽取案卷集中评查，"
                "评查结果和整改要求书面反馈。",
                Owners(lead=("县司法局",), responsible=("各行政执法单位",)),
                "within_5",
            ),
            Item(
                "规范乡镇综合行政执法",
                "厘清法定执法事项，完善与县级部门的案件移送和协作配合机制，"
                "综合行政执法办公室人员全部持证上岗。",
                Owners(lead=("县司法局",), responsible=("各乡镇人民政府、街道办事处",)),
                "long_overdue",
            ),
            Item(
                "组织行政执法人员培训",
                "开设公共法律知识和专门业务课程，分批轮训在岗执法人员，"
                "考试结果与执法证件审验挂钩。",
                Owners(lead=("县司法局",), supporting=("县人力社保局",), labelled=False),
                "first",
            ),
            Item(
                "加强重点领域执法",
                "围绕食品药品、安全生产、生态环境、道路运输等领域开展专项检查，"
                "依法查处一批群众反映强烈的案件，公布典型案例。",
                Owners(
                    responsible=(
                        "县市场监管局",
                        "县应急管理局",
                        "县生态环境局",
                        "县交通运输委",
                    )
                ),
                "just_overdue",
            ),
        ),
    ),
    Chapter(
        "依法化解矛盾纠纷和加强普法",
        (
            Item(
                "健全矛盾纠纷多元化解机制",
                "做实乡镇（街道）矛盾纠纷化解中心，健全村级调解组织，经常排查婚姻家庭、"
                "山林土地、劳动报酬等纠纷，做到早发现、早调处。",
                Owners(lead=("县委政法委",), responsible=("县司法局", "县信访办", "各镇街")),
                "later",
            ),
            Item(
                "提升行政复议办案质量",
                "畅通复议申请渠道，推行简案快办、繁案精审，对纠错案件逐案向被申请人制发意见书。",
                Owners(lead=("县司法局",), supporting=("县信访办", "县财政局"), labelled=False),
                "later",
            ),
            Item(
                "推进行政机关负责人出庭应诉",
                "建立开庭前提醒、开庭后通报制度，负责人出庭率不低于90%，"
                "确因公务不能出庭的书面说明理由。",
                Owners(lead=("县司法局",), responsible=("各行政执法单位",)),
                "much_later",
            ),
            Item(
                "落实普法责任制",
                "修订县级国家机关普法责任清单，推动以案释法进机关、进乡村、进校园、进企业。",
                Owners(lead=("县司法局",), responsible=("县委宣传部",)),
                "third",
            ),
            Item(
                "加强青少年法治教育",
                "配齐中小学法治副校长，开学第一课讲法治，组织模拟法庭、法治演讲等活动。",
                Owners(lead=("县教委",), responsible=("县司法局", "县检察院", "团县委")),
                "later",
            ),
        ),
    ),
    Chapter(
        "强化组织保障",
        (
            Item(
                "完善考核评价办法",
                "把法治建设成效纳入综合考核，合理调整指标权重，减少台账资料检查，突出群众评价。",
                Owners(lead=("县委考核办",), responsible=("县委依法治县办",)),
                "within_5",
            ),
            Item(
                "报送法治政府建设年度报告",
                "各乡镇（街道）、县府各部门总结全年工作，客观反映成效和不足，"
                "按要求报送并在政府网站公开。",
                Owners(lead=("县委依法治县办",), responsible=("各乡镇（街道）", "县府各部门")),
                "ambiguous",
            ),
        ),
    ),
)
