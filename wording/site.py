"""What people read of a site (存量资源), as an office in Guangzhou would write it."""

from wording.words import Words

SITE_WORDS = Words(
    category="site",
    sentences={
        "site_registered.v1": (
            (
                "登记存量空间“{title}”：{place:place}，{site_kind:label.SiteKind}，"
                "{floor_area} 平方米，产权单位{owner}，{condition:label.SiteCondition}，"
                "自 {available_from:instant} 起可用[，原表编号 {source_row}]。"
            ),
            (
                "Site “{title}” registered: {place:place}, {site_kind:label.SiteKind}, "
                "{floor_area} m², owner {owner}, {condition:label.SiteCondition}, available from "
                "{available_from:instant}[, row {source_row}]."
            ),
        ),
        "site_revised.v1": (
            (
                "更正存量空间：面积 {floor_area} 平方米（原 {floor_area_before}），"
                "产权单位{owner}（原{owner_before}），"
                "{condition:label.SiteCondition}（原{condition_before:label.SiteCondition}），"
                "自 {available_from:instant} 起可用（原 {available_from_before:instant}），"
                "理由：{reason}。"
            ),
            (
                "Site revised: {floor_area} m² (before {floor_area_before}), owner {owner} (before "
                "{owner_before}), {condition:label.SiteCondition} (before "
                "{condition_before:label.SiteCondition}), available from "
                "{available_from:instant} (before {available_from_before:instant}), "
                "reason: {reason}."
            ),
        ),
        "site_reserved.v1": ("为{facility:case}预留。", "Reserved for {facility:case}."),
        "site_occupied.v1": (
            "{facility:case}进场建设，空间投入使用。",
            "{facility:case} has begun to build; the site is in use.",
        ),
        "site_released.v1": (
            "{facility:case}不再使用，空间恢复可用。",
            "{facility:case} gave the site back; it is available again.",
        ),
        "site_withdrawn.v1": (
            "撤回存量空间，理由：{reason}。",
            "The site was taken off the register, reason: {reason}.",
        ),
    },
    commands={
        "register_site": ("登记存量空间", "Register a site"),
        "revise_site": ("更正存量空间", "Revise the site"),
        "reserve_site": ("预留空间", "Reserve the site"),
        "occupy_site": ("启用空间", "Put the site to use"),
        "release_site": ("退还空间", "Give the site back"),
        "withdraw_site": ("撤回存量空间", "Withdraw the site"),
    },
    fields={
        "site_kind": ("空间类别", "kind of site"),
        "floor_area": ("面积（平方米）", "area (m²)"),
        "owner": ("产权单位", "owner"),
        "condition": ("空间状况", "condition"),
        "available_from": ("可用时间", "available from"),
        "source_row": ("原表编号", "row of the table"),
        "facility": ("设施", "facility"),
    },
    steps={
        "AVAILABLE": ("revise_site", "withdraw_site"),
        "RESERVED": ("revise_site",),
        "IN_USE": ("revise_site",),
    },
)
