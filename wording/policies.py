"""What differs between two versions of a policy pack, said in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from domain.policy import Policy
from wording.labels import Both, clock_label
from wording.sentences import Language, limit_text

_PARTS: dict[str, Both] = {
    "label": ("名称", "name"),
    "basis": ("依据", "basis"),
    "divisions": ("施行区划", "divisions"),
    "fallback": ("兜底调度单位", "fallback dispatcher"),
    "calendar": ("日历", "calendar"),
    "utc_offset_minutes": ("时区（分钟）", "offset from UTC in minutes"),
    "working_hours": ("工作时间", "working hours"),
    "count_from": ("起算日", "counted from"),
    "handling": ("办理期限", "handling"),
    "limits": ("环节时限", "limits"),
    "returns": ("退单", "returns"),
    "extensions": ("延期", "extensions"),
    "supervision": ("督办", "supervision"),
    "ratings": ("评价", "ratings"),
    "callbacks": ("回访", "callbacks"),
    "rework": ("重办", "rework"),
    "appeals": ("异议", "appeals"),
    "carrying": ("挂账", "carrying"),
    "whistling": ("吹哨报到", "whistling"),
    "urging": ("催单", "urging"),
    "findings": ("问题台账", "findings"),
    "providers": ("服务机构准入退出", "providers"),
    "programmes": ("试点", "programmes"),
    "pairing": ("结对", "pairing"),
    "facilities": ("嵌入式服务设施", "facilities"),
    "report_by": ("月报截止日", "monthly report by day"),
    "approving_lines": ("立项审批部门", "approving departments"),
    "milestones": ("建设节点", "milestones"),
    "complex": ("综合体建设导则", "guideline of complexes"),
    "area_min": ("最低面积（平方米）", "area at least (m²)"),
    "area_advised": ("建议面积（平方米）", "area advised (m²)"),
    "functions_min": ("最少功能数", "functions at least"),
    "core": ("核心功能", "core functions"),
    "core_min": ("最少核心功能数", "core functions at least"),
    "care": ("养老或托育", "elder care or nursery"),
    "checklist": ("验收清单", "acceptance checklist"),
    "funding_sources": ("资金来源", "sources of funding"),
    "suspension_grounds": ("停业整顿事由", "grounds of suspension"),
    "coverage": ("覆盖评估功能", "functions looked at for coverage"),
    "decide": ("立项审批", "decision"),
    "complete": ("竣工报告", "report of completion"),
    "accept": ("验收", "acceptance"),
    "open": ("开业", "opening"),
    "rectify": ("整改", "rectification"),
    "term_notice": ("运营期满前提醒", "notice before a term ends"),
    "categories": ("服务类别", "categories"),
    "lines": ("职能线", "lines of duty"),
    "duty_classes": ("履职类别", "duty classes"),
    "refusal_grounds": ("不予受理事由", "grounds of refusal"),
    "divert_routes": ("转出去向", "routes of diversion"),
    "termination_grounds": ("终止办理事由", "grounds of termination"),
    "score_exclusion_grounds": ("剔除考核事由", "grounds of exclusion"),
    "mandatory_terms": ("协议必备条款", "mandatory terms"),
    "grounds": ("事由", "grounds"),
    "causes": ("原因", "causes"),
    "source": ("出处", "source"),
    "zh": ("中文", "Chinese"),
    "en": ("英文", "English"),
    "urgent": ("紧急件", "urgent"),
    "grades": ("分级", "grades"),
    "consult": ("咨询", "enquiries"),
    "help": ("求助", "requests for help"),
    "suggestion": ("建议", "suggestions"),
    "complaint": ("投诉", "complaints"),
    "report": ("举报", "reports of wrongdoing"),
    "lead": ("牵头", "lead"),
    "cooperating": ("配合", "cooperating"),
    "street_leads": ("街道牵头", "the street leads"),
    "rating_excluded_from_score": ("评价不计考核", "ratings are not scored"),
    "within": ("提出时限", "within"),
    "per_unit": ("每单位次数", "times for each unit"),
    "times_max": ("最多次数", "times at most"),
    "limit_max": ("每次最长", "longest each time"),
    "apply_before": ("到期前提出", "asked before the due instant"),
    "remind_at_percent": ("催办于期限的百分之", "reminder at percent"),
    "remind_before": ("到期前催办", "reminder before"),
    "privacy": ("个人信息", "personal information"),
    "yellow_at_percent": ("黄牌于期限的百分之", "yellow card at percent"),
    "listed_after": ("超期多久挂牌", "listed after"),
    "listed_on_dissatisfied": ("几次不满意挂牌", "listed on dissatisfied"),
    "reds_to_summon": ("几张红牌约谈", "red cards to summon"),
    "reds_within": ("红牌累计期间", "red cards within"),
    "window": ("评价窗口", "window"),
    "remind_after": ("多久后提醒", "reminder after"),
    "default": ("期满未评", "unrated"),
    "satisfied_from": ("满意起评等级", "satisfied from"),
    "attempts_max": ("最多尝试", "attempts at most"),
    "days_min": ("至少分布天数", "days at least"),
    "rounds_max": ("最多轮次", "rounds at most"),
    "share_percent": ("重办期限占原期限百分之", "share of the first limit in percent"),
    "at_least": ("不少于", "at least"),
    "closure_within": ("结案异议期", "appeal of the closure within"),
    "score_within": ("考核异议期", "appeal of the score within"),
    "review_max": ("复核间隔最长", "longest to the next review"),
    "emergency_arrival": ("紧急到场", "arrival in emergencies"),
    "arrival_max": ("到场最长", "arrival at most"),
    "reminds_at": ("几次催单提醒单位", "urges that remind the unit"),
    "review_every": ("考评间隔", "review every"),
    "suspension_max": ("最长暂停", "longest suspension"),
    "renewal_before": ("续约提前", "renewal before"),
    "commitment_remind_before": ("承诺到期前提醒", "reminder before a promise is due"),
    "term_max": ("最长期限", "longest term"),
    "fails_to_end": ("几次不合格终止", "failed reviews that end it"),
    "pass_score": ("合格分", "score to pass"),
    "adoption": ("认领", "adoption"),
    "planning": ("制定计划", "planning"),
    "remedy_max": ("整改最长期限", "longest remedy"),
    "verification": ("核验", "verification"),
    "refresh": ("动态更新", "measuring again"),
    "reopening": ("销号观察期", "time for reopening"),
    "office_line": ("牵头体检的职能线", "line that leads the check-up"),
    "dismissal_grounds": ("不予列入事由", "grounds of dismissal"),
    "indicators": ("体检指标", "indicators"),
    "levels": ("层级", "levels"),
    "unit": ("单位", "unit"),
    "comparison": ("达标方向", "comparison"),
    "target": ("目标值", "target"),
    "category": ("服务类别", "category"),
    "progress_every": ("进展统计间隔", "progress every"),
    "reviewers_min": ("评审人员不少于", "reviewers at least"),
    "quota_max": ("名额不超过", "quota at most"),
    "criteria": ("评分标准", "criteria"),
}

_BY_CLOCK = frozenset({"limits", "pairing", "programmes"})


def differences(before: Policy | None, after: Policy, language: Language = "zh") -> list[str]:
    """Return what *after* has otherwise than *before*, a sentence each; [] where they are alike."""
    english = language == "en"
    if before is None:
        return ["A new pack: nothing to compare with." if english else "新的政策包，没有旧版本。"]
    packs = tuple(one.model_dump(mode="json") for one in (before, after))
    old, new = (dict(_leaves(pack)) for pack in packs)
    had, has = (dict(_items(pack)) for pack in packs)
    known = {path[-1]: both[english] for path, both in (had | has).items()}
    said = []
    for path in had.keys() ^ has.keys():
        name = _named(path, language, known)
        gone = path in had
        words = ("gone: {}", "added: {}") if english else ("删去{}", "新增{}")
        said.append((path, words[0 if gone else 1].format(name)))
    whole = {path for path, _ in said}
    for path in dict.fromkeys((*old, *new)):
        other = path[-1] == ("en" if language == "zh" else "zh")
        inside = any(path[: len(item)] == item for item in whole)
        if other or inside or old.get(path) == new.get(path):
            continue
        was, now = (_shown(values.get(path), language, known) for values in (old, new))
        colon = ": " if english else "："
        said.append((path, f"{_named(path, language, known)}{colon}{was} → {now}"))
    order = {path: place for place, path in enumerate((*old, *new))}
    return [text for _, text in sorted(said, key=lambda one: (order.get(one[0], -1), one[1]))]


def _items(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Both]]:
    """Yield every item of the closed lists by its path, with its label."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _items(inner, (*path, name))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for item in value:
            yield (*path, item["code"]), (item["label"]["zh"], item["label"]["en"])


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield what stands at the end of every path; items of lists are known by their code."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if path or name != "id":
                yield from _leaves(inner, (*path, name))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for item in value:
            rest = {name: inner for name, inner in item.items() if name != "code"}
            yield from _leaves(rest, (*path, str(item.get("code", ""))))
    else:
        yield path, value


def _named(path: tuple[str, ...], language: Language, known: Mapping[str, str]) -> str:
    """Return a path in words: 办理期限·求助."""
    words = []
    for depth, part in enumerate(path):
        both = _PARTS.get(part)
        if both is not None:
            words.append(both[language == "en"])
        elif part in known:
            words.append(f"“{known[part]}”")
        elif depth and path[depth - 1] in _BY_CLOCK:
            words.append(clock_label(part, language))
        else:
            words.append(part)
    if path[-1] in {"zh", "en"}:
        words.pop()
    return (", " if language == "en" else "·").join(words)


def _shown(value: Any, language: Language, known: Mapping[str, str]) -> str:
    english = language == "en"
    if isinstance(value, bool):
        return ("yes" if value else "no") if english else ("是" if value else "否")
    if value is None or value in ([], ""):
        return "none" if english else "无"
    if isinstance(value, list):
        inner = (_shown(one, language, known) for one in value)
        return (", " if english else "、").join(inner)
    return known.get(str(value)) or limit_text(str(value), language)
