"""How values in facts of a programme are shown: goals, figures, scores, selections, verdicts."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from wording.labels import Language, label

if TYPE_CHECKING:
    from wording.sentences import Names

Value = Mapping[str, Any]


def _listed(parts: Iterable[str], language: Language, between: tuple[str, str]) -> str:
    return between[language == "en"].join(parts)


def goal_text(goal: Value, language: Language = "zh") -> str:
    """Return a goal in words: 居民满意占比不少于 90%."""
    figure = label(str(goal["figure"]), language, among="CommunityFigure")
    comparison = label(str(goal["comparison"]), language, among="Comparison")
    share = goal["measure"] == "PERCENT"
    target = f"{goal['target']}%" if share else str(goal["target"])
    if language == "en":
        return f"{figure} {comparison} {target}"
    if not share:
        target += f" {_COUNTED_IN.get(str(goal['figure']), '')}"
    return f"{figure}{'占比' if share else ''}{comparison} {target}"


_COUNTED_IN = {
    "TASKS_CLOSED": "件",
    "RESIDENTS_SATISFIED": "人",
    "FINDINGS_STRUCK_OFF": "条",
    "FINDINGS_OPEN": "条",
    "FUNCTIONS_OPEN": "项",
    "COMMITMENTS_DELIVERED": "项",
}
"""Figure → its measure word."""


def figure_text(value: Value, language: Language = "zh") -> str:
    """Return a figure as it was counted: 任务结案 3/5."""
    name = label(str(value["figure"]), language, among="CommunityFigure")
    return f"{name} {value['numerator']}/{value['denominator']}"


def _weights(items: list[Value], names: "Names", language: Language) -> str:
    return _listed(
        (f"{names.ground(one['criterion'], language)} {one['weight']}%" for one in items),
        language,
        ("、", ", "),
    )


def _goals(items: list[Value], names: "Names", language: Language) -> str:
    del names
    return _listed((goal_text(one, language) for one in items), language, ("、", ", "))


def _figures(items: list[Value], names: "Names", language: Language) -> str:
    del names
    return _listed((figure_text(one, language) for one in items), language, ("、", ", "))


def _counted(items: list[Value], names: "Names", language: Language) -> str:
    colon = (" ", ": ")[language == "en"]
    return _listed(
        (
            f"{names.place(one['community'], language)}{colon}"
            f"{_figures(one['figures'], names, language)}"
            for one in items
        ),
        language,
        ("；", "; "),
    )


def _reviewers(items: list[Value], names: "Names", language: Language) -> str:
    marks = ("（", "）") if language == "zh" else (" (", ")")
    return _listed(
        (
            f"{names.person(one['person'], language)}{marks[0]}"
            f"{names.unit(one['unit'], language)}{marks[1]}"
            for one in items
        ),
        language,
        ("、", ", "),
    )


def _points(items: list[Value], names: "Names", language: Language) -> str:
    return _listed(
        (f"{names.ground(one['criterion'], language)} {one['points']}" for one in items),
        language,
        ("、", ", "),
    )


def _chosen(items: list[Value], names: "Names", language: Language) -> str:
    return _listed((_one_chosen(one, names, language) for one in items), language, ("、", ", "))


def _one_chosen(one: Value, names: "Names", language: Language) -> str:
    place = names.place(one["community"], language)
    passed = _places(one["passed_over"], names, language) if one["passed_over"] else ""
    if language == "en":
        reason = f", before {passed}, reason: {one['reason']}" if passed else ""
        return f"{place} (rank {one['rank']}{reason})"
    reason = f"，越过{passed}，理由：{one['reason']}" if passed else ""
    return f"{place}（第 {one['rank']} 位{reason}）"


def _verdicts(items: list[Value], names: "Names", language: Language) -> str:
    del names
    said = (("达成", "met") if one["met"] else ("未达成", "not met") for one in items)
    texts = [
        f"{goal_text(one['goal'], language)}（实为 {_found(one)}，{met[0]}）"
        if language == "zh"
        else f"{goal_text(one['goal'], language)} (found {_found(one)}, {met[1]})"
        for one, met in zip(items, said, strict=True)
    ]
    return _listed(texts, language, ("、", ", "))


def _found(verdict: Value) -> str:
    return f"{verdict['value']['numerator']}/{verdict['value']['denominator']}"


def _places(codes: list[str], names: "Names", language: Language) -> str:
    return _listed((names.place(one, language) for one in codes), language, ("、", ", "))


def _hundredths(points: int, names: "Names", language: Language) -> str:
    del names, language
    return f"{points // 100}.{points % 100:02d}"


PROGRAMME_VALUES: dict[str, Callable[[Any, "Names", Language], str]] = {
    "weights": _weights,
    "goals": _goals,
    "figures": _figures,
    "counted": _counted,
    "reviewers": _reviewers,
    "points": _points,
    "chosen": _chosen,
    "verdicts": _verdicts,
    "hundredths": _hundredths,
    "places": _places,
}
"""The ways of showing that sentences of a programme name, beside those every kind has."""
