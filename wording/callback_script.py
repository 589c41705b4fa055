"""What a callback agent says, in the order of the call; `{unit}`, `{category}`, `{street}` by name.

The questions are those of the field's three rates: contacted, resolved, satisfied.
"""

from wording.labels import Both

CALLBACK_SCRIPT: tuple[tuple[str, Both], ...] = (
    (
        "greeting",
        (
            (
                "您好，我是{street}回访员。您反映的“{category}”由{unit}办理，想听听您的意见，"
                "大约一分钟。您现在方便吗？"
            ),
            (
                "Good day, I call for {street}. Your request ({category}) was handled by {unit}. "
                "May I ask what you think of it? It takes about a minute."
            ),
        ),
    ),
    (
        "contacted",
        ("办理期间，有人联系过您吗？", "Did anybody speak with you while it was handled?"),
    ),
    ("resolved", ("问题解决了吗？", "Is it resolved?")),
    (
        "grade",
        (
            "您对办理结果满意吗？非常满意、满意、基本满意、不满意，还是非常不满意？",
            "How satisfied are you: very, satisfied, fairly, dissatisfied, very dissatisfied?",
        ),
    ),
    (
        "dissatisfied",
        (
            "（不满意时）哪里没办好？我记下来，街道会重新研判。",
            "(If dissatisfied) What is missing? I write it down; the street will judge it again.",
        ),
    ),
    (
        "closing",
        (
            "谢谢您，您的意见已如实记下。再见。",
            "Thank you. Your words are on record as you said them. Goodbye.",
        ),
    ),
)
"""Step → what is said. An agent suggests no answer."""
