"""The district's bodies that take part: code suffix, name, kind, line, and how sure the name is.

`line` is written as the policy packs label it. A name marked `CHECKED` was seen in a copy or
citation of a published document (README.md says which); `USUAL` is the name such a body bears in
Guangzhou's districts and was not seen for Tianhe; `MADE_UP` is a body of this example.
"""

from typing import NamedTuple

CHECKED, USUAL, MADE_UP = "CHECKED", "USUAL", "MADE_UP"

DEPARTMENT, ORGANIZATION, HOTLINE, SUPERVISION = "职能部门", "组织部门", "热线机构", "督办机构"


class Body(NamedTuple):
    """One body; *division* is the area it serves."""

    suffix: str
    name: str
    kind: str
    line: str
    sureness: str
    division: str = "440106"


LINE_BODIES = (
    Body("MZJ", "天河区民政局", DEPARTMENT, "民政", CHECKED),
    Body("JYJ", "天河区教育局", DEPARTMENT, "教育", CHECKED),
    Body("WJJ", "天河区卫生健康局", DEPARTMENT, "卫生健康", CHECKED),
    Body("WGLTJ", "天河区文化广电旅游体育局", DEPARTMENT, "文化广电旅游", USUAL),
    Body("RSJ", "天河区人力资源和社会保障局", DEPARTMENT, "人力资源社会保障", CHECKED),
    Body("SWJ", "天河区商务局", DEPARTMENT, "商务", CHECKED),
    Body("NYNCJ", "天河区农业农村局", DEPARTMENT, "农业农村", USUAL),
    Body("ZJYLJ", "天河区住房建设和园林局", DEPARTMENT, "住房城乡建设", CHECKED),
    Body("SCJGJ", "天河区市场监督管理局", DEPARTMENT, "市场监管", USUAL),
    Body("CGJ", "天河区城市管理和综合执法局", DEPARTMENT, "城市管理", USUAL),
    Body("YBJ", "广州市医疗保障局天河分局", DEPARTMENT, "医疗保障", USUAL),
    Body("FL", "天河区妇女联合会", DEPARTMENT, "妇联", USUAL),
    Body("TW", "共青团天河区委员会", DEPARTMENT, "共青团", USUAL),
    Body("CL", "天河区残疾人联合会", DEPARTMENT, "残联", USUAL),
    Body("GH", "天河区总工会", DEPARTMENT, "工会", USUAL),
    Body("XCB", "中共天河区委宣传部", DEPARTMENT, "宣传", USUAL),
    Body("CDC", "天河区疾病预防控制中心", DEPARTMENT, "疾病预防控制", USUAL),
    Body(
        "BQW",
        "天河区“百县千镇万村高质量发展工程”指挥部办公室",
        DEPARTMENT,
        "百千万工程指挥部",
        USUAL,
    ),
    Body("GXS", "广州市供销合作总社", DEPARTMENT, "供销社", USUAL, "440100"),
)
"""Bodies that handle tasks; each has a coordinator and two members of staff."""

ORGANIZATION_DEPT = Body("ZZB", "中共天河区委组织部", ORGANIZATION, "", USUAL)
SOCIAL_WORK_DEPT = Body("SGB", "中共天河区委社会工作部", ORGANIZATION, "", USUAL)
SUPERVISION_OFFICE = Body("DCS", "天河区委区政府督查室", SUPERVISION, "", USUAL)
ADJUDICATION = Body("CDZ", "天河区诉求派单争议裁定组", SUPERVISION, "", MADE_UP)
CALLBACK_UNIT = Body("RX", "天河区12345政务服务便民热线回访组", HOTLINE, "", MADE_UP)
AUDIT_BUREAU = Body("SJJ", "天河区审计局", DEPARTMENT, "", USUAL)
DATA_BUREAU = Body("ZSJ", "天河区政务服务和数据管理局", DEPARTMENT, "", USUAL)
CITY_BUILDING = Body("ZJJ", "广州市住房和城乡建设局", DEPARTMENT, "", USUAL, "440100")
CITY_SOCIAL_WORK = Body("SGB", "中共广州市委社会工作部", ORGANIZATION, "", USUAL, "440100")

OTHER_BODIES = (
    ORGANIZATION_DEPT,
    SOCIAL_WORK_DEPT,
    SUPERVISION_OFFICE,
    ADJUDICATION,
    CALLBACK_UNIT,
    AUDIT_BUREAU,
    DATA_BUREAU,
    CITY_BUILDING,
    CITY_SOCIAL_WORK,
)


def code_of(body: Body) -> str:
    """Return the unit code of *body*."""
    return f"{body.division}-{body.suffix}"
