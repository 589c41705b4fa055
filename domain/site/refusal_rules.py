"""Every rule by which a site says no beside the common guards, in both languages."""

from domain.refusals import refusing

REFUSAL_RULES: dict[str, tuple[str, str]] = {
    "site-held": (
        "该空间已由 {holder} 占用，不能同时供 {facility} 使用。",
        "The site is held by {holder}; it cannot be given to {facility} at the same time.",
    ),
    "site-of-facility": (
        "设施 {facility} 并未选用该空间，或已经结束。",
        "Facility {facility} does not stand on this site, or is over.",
    ),
    "site-changed": (
        "登记内容没有变化；请填写要修改的项目。",
        "Nothing would change; give what is different.",
    ),
    "site-in-community": (
        "空间应登记到社区（12 位区划代码）；所填为 {found}。",
        "A site lies in a community (a division code of 12 digits); found {found}.",
    ),
}

refused = refusing(REFUSAL_RULES)
