"""The providers of the sample: forty made-up bodies, of every kind, and one chain.

Each credit code has an organisation part that says that it is made up, and ends in its right check
character. `python examples/tianhe/providers.py` writes `providers.json` beside this file.
"""

import json
from pathlib import Path
from typing import Any

from domain.provider.identity import check_character

SERVICES: dict[str, tuple[str, str, str, int]] = {
    # category → what the firm is called, an item of its price list, per what, cents
    "ELDER": ("颐养", "上门探访", "次", 3000),
    "MEAL": ("好饭", "午餐", "份", 1500),
    "HOME": ("巧手", "家电维修", "次", 6000),
    "SPORT": ("健步", "器械课", "节", 2000),
    "CULTURE": ("书香", "手工班", "节", 1000),
    "EDU": ("勤学", "课后辅导", "节", 2500),
    "PROPERTY": ("安居", "入户小修", "次", 4000),
    "JOB": ("乐业", "技能培训", "人", 0),
}
KINDS = ("ENTERPRISE", "SOCIAL_ORG", "PROPERTY_FIRM", "VOLUNTEER_TEAM")
CALLED = {
    "ENTERPRISE": "服务公司",
    "SOCIAL_ORG": "服务中心",
    "PROPERTY_FIRM": "物业公司",
    "VOLUNTEER_TEAM": "志愿服务队",
}
HEAD, BRANCHES = 1, (2, 3, 4)
"""The chain: its head, and its branches in other streets."""
LEAVING = 9
"""Who is ordered to leave; the head of the chain, in the same street, takes over."""
TOTAL = 40


def code_of(number: int) -> str:
    """Return the made-up credit code of the provider *number*."""
    bare = f"91440106MADEUP{number:03d}"
    return f"{bare}{check_character(bare)}"


def rows() -> list[dict[str, Any]]:
    """Return every provider of the sample, the head of the chain first."""
    found = []
    for number in range(1, TOTAL + 1):
        chain = number == HEAD or number in BRANCHES
        category = "MEAL" if chain else list(SERVICES)[number % len(SERVICES)]
        called, item, per, cents = SERVICES[category]
        kind = "ENTERPRISE" if number == HEAD else KINDS[number % len(KINDS)]
        kind = "CHAIN_BRANCH" if number in BRANCHES else kind
        suffix = f"连锁 {number} 号店" if kind == "CHAIN_BRANCH" else CALLED[kind]
        row: dict[str, Any] = {
            "number": number,
            "name": f"{called}{suffix}（示例 {number:02d}）",
            "provider_kind": kind,
            "categories": [category],
            "street": 1 if number == LEAVING else number % 21,
            "prices": [{"item": item, "per": per, "cents": cents}],
            "licences": [{"licence": "BUSINESS", "number": f"SL-{number:03d}"}],
        }
        if category == "MEAL":
            food = {"licence": "FOOD", "number": f"SP-{number:03d}"}
            row["licences"].append(food | {"valid_until": "2031-12-31T16:00:00Z"})
        if kind == "VOLUNTEER_TEAM":
            row["team_number"] = f"SL-TEAM-{number:03d}"
            row["licences"] = []
            row["prices"] = []
        else:
            row["credit_code"] = code_of(number)
        if kind == "CHAIN_BRANCH":
            row["head_code"] = code_of(HEAD)
        found.append(row)
    return found


def main() -> None:
    """Write the list."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows())
    Path(__file__).with_name("providers.json").write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
