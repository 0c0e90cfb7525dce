"""The county of the demo: its units and groups as data, an editable sample.

The townships and villages are public geographic fact; the departments are a plausible county
government, to be replaced by one's own. There is no person in it, only units.
"""

from dataclasses import dataclass

COUNTY = "酉阳土家族苗族自治县"
COUNTY_ALIASES = ("酉阳县", "酉阳自治县", "县委、县政府", "县政府")

SUBDISTRICTS = ("桃花源街道", "钟多街道")
TOWNS = (
    "龙潭镇",
    "麻旺镇",
    "酉酬镇",
    "大溪镇",
    "兴隆镇",
    "黑水镇",
    "丁市镇",
    "龚滩镇",
    "李溪镇",
    "泔溪镇",
    "酉水河镇",
    "苍岭镇",
    "小河镇",
    "板溪镇",
    "涂市镇",
    "铜鼓镇",
    "五福镇",
    "万木镇",
    "南腰界镇",
)
TOWNSHIPS = (
    "可大乡",
    "偏柏乡",
    "木叶乡",
    "毛坝乡",
    "花田乡",
    "后坪乡",
    "天馆乡",
    "宜居乡",
    "两罾乡",
    "板桥乡",
    "官清乡",
    "车田乡",
    "腴地乡",
    "清泉乡",
    "庙溪乡",
    "浪坪乡",
    "双泉乡",
    "楠木乡",
)

#: The two townships that break their shares down to villages.
VILLAGES = {
    "花田乡": ("张家村", "茶香村", "中心村", "生基村", "何家岩村", "老龙村"),
    "庙溪乡": ("庙溪村", "荆竹村", "湘河村", "油木村", "大岩村"),
}

GOVERNMENT_DEPARTMENTS = (
    "县政府办公室",
    "县发展改革委",
    "县教委",
    "县科技局",
    "县经济信息委",
    "县民族宗教委",
    "县公安局",
    "县民政局",
    "县司法局",
    "县财政局",
    "县人力社保局",
    "县规划自然资源局",
    "县生态环境局",
    "县住房城乡建委",
    "县城市管理局",
    "县交通运输委",
    "县水利局",
    "县农业农村委",
    "县商务委",
    "县文化旅游委",
    "县卫生健康委",
    "县退役军人事务局",
    "县应急管理局",
    "县审计局",
    "县国资委",
    "县市场监管局",
    "县统计局",
    "县林业局",
    "县医保局",
    "县信访办",
    "县政务服务办",
    "县大数据局",
    "县招商投资局",
)
OTHER_DEPARTMENTS = (
    "县税务局",
    "县气象局",
    "县烟草专卖局",
    "县消防救援大队",
    "县委办公室",
    "县委组织部",
    "县委宣传部",
    "县委政法委",
    "县委编办",
    "县法院",
    "县检察院",
    "县总工会",
    "团县委",
    "县残联",
    "县档案馆",
)
DEPARTMENTS = GOVERNMENT_DEPARTMENTS + OTHER_DEPARTMENTS

#: Names that documents use besides the one above and those made of it by ``aliases_of``.
SPECIAL_ALIASES = {
    "县政府办公室": ("县府办", "县政府办"),
    "县发展改革委": ("县发改委", "县发展和改革委员会"),
    "县教委": ("县教育委员会", "县教育局"),
    "县经济信息委": ("县经信委", "县经济和信息化委员会"),
    "县民族宗教委": ("县民宗委",),
    "县人力社保局": ("县人社局", "县人力资源和社会保障局"),
    "县规划自然资源局": ("县规划和自然资源局",),
    "县住房城乡建委": ("县住建委", "县住房和城乡建设委员会"),
    "县城市管理局": ("县城管局",),
    "县交通运输委": ("县交通局", "县交通运输委员会"),
    "县农业农村委": ("县农业农村委员会",),
    "县商务委": ("县商务委员会",),
    "县文化旅游委": ("县文旅委", "县文化和旅游发展委员会"),
    "县卫生健康委": ("县卫健委", "县卫生健康委员会"),
    "县应急管理局": ("县应急局",),
    "县市场监管局": ("县市场监督管理局",),
    "县医保局": ("县医疗保障局",),
    "县信访办": ("县政府信访办公室",),
    "县政务服务办": ("县政务服务管理办公室", "县政务办"),
    "县大数据局": ("县大数据应用发展管理局",),
    "县委政法委": ("县委政法委员会",),
    "县法院": ("县人民法院",),
    "县检察院": ("县人民检察院",),
    "团县委": ("共青团酉阳县委",),
}


@dataclass(frozen=True)
class WorkingGroup:
    name: str
    host: str
    aliases: tuple[str, ...] = ()


ISSUING_OFFICE = "县委依法治县办"
WORKING_GROUPS = (
    WorkingGroup(
        ISSUING_OFFICE,
        "县司法局",
        (
            "中共酉阳土家族苗族自治县委全面依法治县委员会办公室",
            "县委全面依法治县委员会办公室",
            "依法治县办",
        ),
    ),
    WorkingGroup("县委考核办", "县委组织部", ("县综合考核办公室",)),
    WorkingGroup("县优化营商环境领导小组办公室", "县发展改革委", ("县营商办",)),
    WorkingGroup("县重大矛盾纠纷调解中心", "县委政法委"),
    WorkingGroup("执法协调小组", "县司法局", ("县委依法治县委员会执法协调小组",)),
    WorkingGroup("守法普法小组", "县委宣传部", ("县委依法治县委员会守法普法小组",)),
)

ENFORCEMENT_DEPARTMENTS = (
    "县公安局",
    "县人力社保局",
    "县规划自然资源局",
    "县生态环境局",
    "县住房城乡建委",
    "县城市管理局",
    "县交通运输委",
    "县水利局",
    "县农业农村委",
    "县文化旅游委",
    "县卫生健康委",
    "县应急管理局",
    "县市场监管局",
    "县林业局",
)
COMMITTEE_MEMBERS = (
    "县委办公室",
    "县委组织部",
    "县委宣传部",
    "县委政法委",
    "县政府办公室",
    "县公安局",
    "县法院",
    "县检察院",
    "县财政局",
    "县人力社保局",
)
_WITHOUT_A_WINDOW = {
    "县政府办公室",
    "县审计局",
    "县国资委",
    "县统计局",
    "县信访办",
    "县政务服务办",
}
SERVICE_HALL_DEPARTMENTS = (
    *(name for name in GOVERNMENT_DEPARTMENTS if name not in _WITHOUT_A_WINDOW),
    "县税务局",
    "县气象局",
    "县烟草专卖局",
    "县消防救援大队",
    "县委编办",
    "县总工会",
    "团县委",
    "县残联",
    "县档案馆",
)


@dataclass(frozen=True)
class Group:
    name: str
    members: tuple[str, ...]
    aliases: tuple[str, ...] = ()


ALL_TOWNSHIPS = SUBDISTRICTS + TOWNS + TOWNSHIPS
TOWNSHIP_GROUP = "各乡镇(街道)"
MEMBER_GROUP = "县委依法治县委员会成员单位"

#: 县级有关部门 is no alias: 有关 leaves the members for the lead to name.
GROUPS = (
    Group(
        TOWNSHIP_GROUP,
        ALL_TOWNSHIPS,
        (
            "各乡镇人民政府、街道办事处",
            "各乡镇人民政府(街道办事处)",
            "各乡镇、街道",
            "各镇街",
            "各镇乡街道",
            "39个乡镇(街道)",
        ),
    ),
    Group(
        "县府各部门",
        GOVERNMENT_DEPARTMENTS,
        ("县政府各部门", "县级各部门", "县直各部门", "各部门", "县人民政府各部门"),
    ),
    Group("各行政执法单位", ENFORCEMENT_DEPARTMENTS, ("各执法单位", "各行政执法部门")),
    Group("36个进驻部门", SERVICE_HALL_DEPARTMENTS, ("各进驻部门", "36个入驻部门")),
    Group(MEMBER_GROUP, COMMITTEE_MEMBERS),
)


def aliases_of(department: str) -> tuple[str, ...]:
    """The forms that documents write for a department: short, with the county, in full.

    >>> aliases_of("县科技局")
    ('科技局', '酉阳县科技局', '酉阳自治县科技局', '酉阳土家族苗族自治县科技局')
    """
    special = SPECIAL_ALIASES.get(department, ())
    names = [name for name in (department, *special) if name.startswith("县")]
    short = [name.removeprefix("县") for name in names]
    prefixed = [f"{place}{name}" for name in short for place in ("酉阳县", "酉阳自治县", COUNTY)]
    return (*special, *short, *prefixed)


def township_aliases(township: str) -> tuple[str, ...]:
    if township in SUBDISTRICTS:
        return (f"{township}办事处",)
    return (f"{township}人民政府", f"{township}政府")
