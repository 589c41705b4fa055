"""What people read of promises in a pairing (资源下沉); Chinese, then English."""

from wording.words import Words

COMMITMENT_WORDS = Words(
    category="pairing",
    sentences={
        "commitment_delivered.v1": (
            (
                "{unit:unit}填报兑现承诺 {item}（第 {delivery} 笔）：{delivered:promised}，"
                "兑现于 {delivered_at:instant}，凭证：{voucher}。"
            ),
            (
                "{unit:unit} delivered on commitment {item} (no. {delivery}): {delivered:promised} "
                "at {delivered_at:instant}, voucher: {voucher}."
            ),
        ),
        "commitment_delivery_confirmed.v1": (
            "{unit:unit}确认第 {delivery} 笔兑现（承诺 {item}）已收到：{delivered:promised}。",
            (
                "{unit:unit} confirmed delivery no. {delivery} (commitment {item}): "
                "{delivered:promised}."
            ),
        ),
        "commitment_delivery_disputed.v1": (
            (
                "{unit:unit}对第 {delivery} 笔兑现（承诺 {item}，"
                "填报{delivered:promised}）提出异议，"
                "理由：{reason}。"
            ),
            (
                "{unit:unit} disputes delivery no. {delivery} (commitment {item}, told as "
                "{delivered:promised}), reason: {reason}."
            ),
        ),
        "delivery_dispute_settled.v1": (
            (
                "裁定第 {delivery} 笔兑现（承诺 {item}）：填报{told:promised}，"
                "认定{counted:promised}，"
                "理由：{reason}。"
            ),
            (
                "Delivery no. {delivery} (commitment {item}) settled: told as {told:promised}, "
                "counts as {counted:promised}, reason: {reason}."
            ),
        ),
        "delivery_taken_back.v1": (
            (
                "{unit:unit}撤回第 {delivery} 笔兑现（承诺 {item}，{delivered:promised}，"
                "原为{status_before:label.DeliveryStatus}），理由：{reason}。"
            ),
            (
                "{unit:unit} took delivery no. {delivery} back (commitment {item}, "
                "{delivered:promised}, {status_before:label.DeliveryStatus} before), "
                "reason: {reason}."
            ),
        ),
        "commitment_revision_asked.v1": (
            (
                "{unit:unit}申请变更承诺 {item}：由{promised_before:promised}"
                "（{due_before:instant} 前）变更为{promised:promised}（{due:instant} 前），"
                "理由：{reason}。"
            ),
            (
                "{unit:unit} asks to revise commitment {item}: from {promised_before:promised} by "
                "{due_before:instant} to {promised:promised} by {due:instant}, reason: {reason}."
            ),
        ),
        "commitment_revised.v1": (
            (
                "经{unit:unit}同意，承诺 {item} 由{promised_before:promised}"
                "（{due_before:instant} 前）变更为{promised:promised}（{due:instant} 前），"
                "理由：{reason}。"
            ),
            (
                "With the consent of {unit:unit} commitment {item} became {promised:promised} by "
                "{due:instant} ({promised_before:promised} by {due_before:instant} before), "
                "reason: {reason}."
            ),
        ),
        "commitment_revision_refused.v1": (
            "{unit:unit}不同意变更承诺 {item}，理由：{reason}。",
            "{unit:unit} refused to revise commitment {item}, reason: {reason}.",
        ),
        "commitment_due_soon.v1": (
            "承诺将到期：{due_soon:owed_until}，尚未全部兑现确认。",
            "Commitments are due soon: {due_soon:owed_until} still to be delivered and confirmed.",
        ),
        "commitment_missed.v1": (
            "承诺逾期：应于 {due:instant} 前兑现，尚欠{missed:owed}。",
            "Commitments were missed, due {due:instant}: {missed:owed} still owed.",
        ),
    },
    commands={
        "deliver_commitment": ("填报兑现", "Deliver on a commitment"),
        "confirm_commitment_delivery": ("确认兑现", "Confirm the delivery"),
        "dispute_commitment_delivery": ("提出异议", "Dispute the delivery"),
        "settle_delivery_dispute": ("裁定兑现异议", "Settle the dispute"),
        "take_back_delivery": ("撤回兑现", "Take the delivery back"),
        "revise_commitment": ("申请变更承诺", "Ask to revise a commitment"),
        "agree_to_revision": ("同意变更承诺", "Agree to the revision"),
        "refuse_revision": ("不同意变更承诺", "Refuse the revision"),
    },
    fields={
        "quantity": ("数量", "quantity"),
        "delivered_at": ("兑现时间", "delivered at"),
        "voucher": ("凭证", "voucher"),
        "delivery": ("第几笔兑现", "delivery number"),
        "commitment": ("承诺", "commitment"),
    },
    notices={
        "commitment_delivered": (
            "{case:case}的承诺 {item} 有一笔兑现（第 {number} 笔）待贵单位确认。",
            "A delivery on commitment {item} of {case:case} (no. {number}) awaits your answer.",
        ),
        "delivery_disputed": (
            "{case:case}承诺 {item} 的第 {number} 笔兑现有异议，请登录查看。",
            "Delivery no. {number} on commitment {item} of {case:case} is disputed; please look.",
        ),
        "delivery_settled": (
            "{case:case}承诺 {item} 的第 {number} 笔兑现异议已裁定。",
            "The dispute about delivery no. {number} on {item} of {case:case} was settled.",
        ),
        "revision_asked": (
            "{case:case}的承诺 {item} 申请变更，请贵单位答复。",
            "A revision of commitment {item} of {case:case} awaits your answer.",
        ),
        "revision_answered": (
            "{case:case}承诺 {item} 的变更申请已有答复，请登录查看。",
            "The revision of commitment {item} of {case:case} was answered; please look.",
        ),
        "commitment_due_soon": (
            "{case:case}的承诺 {items} 将于 {due:instant} 到期，尚未全部兑现并确认，请及时办理。",
            (
                "Commitments {items} of {case:case} are due {due:instant} and not yet delivered "
                "and confirmed in full; please see to it."
            ),
        ),
        "commitment_missed": (
            "{case:case}的承诺 {items} 逾期未兑现，应于 {due:instant} 前完成，请尽快兑现。",
            "Commitments {items} of {case:case} were due {due:instant}; please deliver them.",
        ),
    },
)
"""Everything people read of promises."""
