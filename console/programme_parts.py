"""What pages show of a programme, out of its line on the board: alike for staff and public."""

from typing import Any

from wording.labels import Language, label
from wording.programme_values import goal_text
from wording.sentences import Names

Details = dict[str, Any]


def about(details: Details, names: Names, language: Language) -> Details:
    """Return what was called for: level, quota, dates, criteria with weights, goals."""
    return {
        "level": label(details["level"], language, among="ProgrammeLevel"),
        "quota": details["quota"],
        "applied": len(details["applications"]),
        "dates": [details[one] for one in ("apply_from", "apply_until", "build_until")],
        "criteria": [
            (names.ground(c["criterion"], language), c["weight"]) for c in details["criteria"]
        ],
        "goals": [goal_text(one, language) for one in details["goals"]],
    }


def applications(details: Details, names: Names, language: Language) -> list[Details]:
    """Return every application with its baseline, as it came in."""
    return [
        {
            "name": names.place(one["community"], language),
            "community": one["community"],
            "street": names.unit(one["street"], language),
            "statement": one["statement"],
            "at": one["at"],
            "position": one["baseline"]["position"],
            "baseline": values_of(one["baseline"], language),
        }
        for one in details["applications"]
    ]


def values_of(figures: Details, language: Language) -> list[tuple[str, int, int]]:
    """Return each figure by name, with its numerator and denominator."""
    return [
        (
            label(one["figure"], language, among="CommunityFigure"),
            one["numerator"],
            one["denominator"],
        )
        for one in figures["figures"]
    ]


def shares(figures: Details, language: Language) -> dict[str, str]:
    """Return each figure by name as 3/5."""
    return {name: f"{found}/{out_of}" for name, found, out_of in values_of(figures, language)}


def score_table(
    details: Details, ranking: list[Details], names: Names, language: Language
) -> Details:
    """Return the applications by rank, with the mean of each criterion and of the whole."""
    scores = {one["community"]: one["scores"] for one in details["applications"]}
    chosen = {one["community"] for one in details["selected"]}
    codes = [one["criterion"] for one in details["criteria"]]
    return {
        "heads": [
            (names.ground(c["criterion"], language), c["weight"]) for c in details["criteria"]
        ],
        "rows": [
            {
                "community": one["community"],
                "name": names.place(one["community"], language),
                "street": names.unit(one["street"], language),
                "rank": one["rank"] if one["reviewers"] else None,
                "mean": _hundredths(one["weighted"], one["reviewers"]),
                "reviewers": one["reviewers"],
                "means": [
                    _hundredths(
                        100 * sum(given["scores"][code] for given in scores[one["community"]]),
                        one["reviewers"],
                    )
                    for code in codes
                ],
                "given": [
                    (names.unit(given["unit"], language), _hundredths(given["weighted"], 1))
                    for given in scores[one["community"]]
                ],
                "chosen": one["community"] in chosen,
            }
            for one in ranking
        ],
    }


def _hundredths(total: int, count: int) -> str:
    """Return a mean of hundredths of points, two places, rounded down: 86.33."""
    if not count:
        return "—"
    mean = total // count
    return f"{mean // 100}.{mean % 100:02d}"


def selection(details: Details, names: Names, language: Language) -> list[Details]:
    """Return who was selected, at which rank, past whom and why."""
    return [
        {
            "name": names.place(one["community"], language),
            "street": names.unit(one["street"], language),
            "rank": one["rank"],
            "passed": [names.place(other, language) for other in one["passed_over"]],
            "reason": one["reason"],
        }
        for one in details["selected"]
    ]


def quarters(details: Details, names: Names, language: Language) -> list[Details]:
    """Return each quarter's figures, each beside the baseline it began from."""
    before = {
        one["community"]: shares(one["baseline"], language) for one in details["applications"]
    }
    return [
        {
            "number": quarter["number"],
            "at": quarter["at"],
            "rows": [
                {
                    "name": names.place(one["community"], language),
                    "figures": [
                        (name, f"{found}/{out_of}", before[one["community"]].get(name, "—"))
                        for name, found, out_of in values_of(one, language)
                    ],
                }
                for one in quarter["communities"]
            ],
        }
        for quarter in details["progress"]
    ]


def assessments(details: Details, names: Names, language: Language) -> list[Details]:
    """Return each community's goals, met or not, by which figure."""
    return [
        {
            "community": one["community"],
            "name": names.place(one["community"], language),
            "met": one["goals_met"],
            "goals": [
                {
                    "text": goal_text(verdict["goal"], language),
                    "found": f"{verdict['value']['numerator']}/{verdict['value']['denominator']}",
                    "met": verdict["met"],
                    "rests_on": verdict["rests_on"],
                }
                for verdict in one["verdicts"]
            ],
            "comment": one["comment"],
        }
        for one in details["assessed"]
    ]
