"""Every rule by which a finding says no: a stable code, and a sentence in both languages.

What was expected and found fills the sentence. `docs/refusals.md` is printed from here.
"""

from domain.refusals import refusing

REFUSAL_RULES: dict[str, tuple[str, str]] = {
    "level-fits-place": (
        "“{level}”层级的问题应填写{expected}位区划代码，现填 {found}。",
        "A finding of level {level} lies at a division code of {expected} digits, found {found}.",
    ),
    "indicator-of-level": (
        "指标 {indicator} 属于{expected}层级，不属于“{found}”。",
        "Indicator {indicator} is measured at {expected}, not at {found}.",
    ),
    "target-known": (
        "指标 {indicator} 没有统一目标值，请填写本地目标值。",
        "Indicator {indicator} has no target in the catalogue; name the local one.",
    ),
    "value-misses-target": (
        "实测值 {value} 已达到目标值（{comparison} {target}），不列入问题台账。",
        "The value {value} meets its target ({comparison} {target}): it is no finding.",
    ),
    "value-meets-target": (
        "现场核验值 {value} 未达到目标值（{comparison} {target}），不能销号；请退回整改。",
        "The value {value} misses its target ({comparison} {target}); send the remedy back.",
    ),
    "measured-in-time": (
        "测量时间 {found} 应在 {earliest} 至 {latest} 之间。",
        "It was measured at {found}; that must lie between {earliest} and {latest}.",
    ),
    "district-office-only": (
        "此操作由牵头城市体检的区级部门（职能线 {line}）办理，您的单位为 {unit}。",
        "This is for the department that leads the check-up (line {line}); your unit is {unit}.",
    ),
    "lead-fits-category": (
        "“{category}”类问题应由职能线为{expected}的部门牵头，{found}不是。",
        "A finding of category {category} is led by a department of {expected}; {found} is none.",
    ),
    "lead-covers-place": (
        "牵头部门 {lead} 的辖区不包括 {place}。",
        "The lead {lead} does not serve {place}.",
    ),
    "target-date-in-range": (
        "整改期限 {found} 应晚于现在，且不迟于 {latest}。",
        "The target date {found} must lie ahead, and not after {latest}.",
    ),
    "reason-for-change": (
        "已由 {lead} 认领；更换牵头部门或期限请写明理由。",
        "{lead} leads already; say why the lead or the date changes.",
    ),
    "adopted-first": (
        "问题尚未认领，请先由街道或区级部门明确牵头部门和整改期限。",
        "Nobody has adopted the finding yet; name its lead and target date first.",
    ),
    "linked-case-open": (
        "案卷 {case} 不存在、已办结或不能作为整改依托；请填写在办的任务或设施。",
        "{case} is not there, is over or cannot carry a remedy; name open tasks or facilities.",
    ),
    "linked-once": (
        "{cases} 重复填写；每个案卷和项目只填一次。",
        "{cases} named twice; name each case and item once.",
    ),
    "project-item-has-task": (
        "项目 {item} 尚未立为任务（结对获批且项目被认领后自动立项），请先完成认领和审批。",
        "Item {item} has no task yet: it gets one when it is claimed and the pairing approved.",
    ),
    "linked-cases-over": (
        "所依托的 {cases} 尚未办结；如已整改到位，请说明理由。",
        "{cases} the finding leans on go on; say why the remedy is done nevertheless.",
    ),
    "worker-on-spot": (
        "{worker} 不是 {place} 现任社区工作者；核验须有当地社区工作者在场。",
        "{worker} is no community worker of {place}; one must be there when it is verified.",
    ),
    "reopening-over": (
        "销号观察期已于 {due} 届满；再次不达标的，请另行登记。",
        "It could be opened again until {due}; record a new finding.",
    ),
    "master-is-another": (
        "不能并入自身；请填写另一条问题的编号。",
        "A finding is not merged into itself; name another one.",
    ),
    "master-alike": (
        "{master} 与本问题的指标或地点不同，或已不在办；只能并入同一地点、同一指标的在办问题。",
        "{master} is about another indicator or place, or is not open; merge only into the same.",
    ),
    "linked-not-merged": (
        "{cases} 已依托本问题；请把另一条问题并入本条。",
        "{cases} already lean on this finding; merge the other one into it.",
    ),
}

refused = refusing(REFUSAL_RULES)
"""Return the refusal by one of these rules, filled with what was found."""

STANDING_RULES = frozenset(
    {"district-office-only", "adopted-first", "reopening-over", "linked-not-merged"}
)
"""Rules about who asks and when, whatever is filled in beside."""
