"""What residents are told of their own matter: no term of the office, one short sentence a fact.

`{unit}` is the unit a fact names, `{until}` the day it sets, `{text}` what was written to them.
"""

from domain.task.commands import ContactResult
from domain.task.facts import TaskState
from wording.labels import Both

PLAIN_SENTENCES: dict[str, Both] = {
    "task_registered.v1": ("已受理您的诉求", "We have taken your request down"),
    "task_dispatched.v1": ("交给{unit}办理", "Sent to {unit}"),
    "unit_designated.v1": ("交给{unit}办理", "Sent to {unit}"),
    "task_accepted.v1": ("办理单位已签收", "The unit has signed in for it"),
    "task_auto_accepted.v1": ("办理单位已签收", "The unit has signed in for it"),
    "resident_contacted.v1": ("承办人员联系了您", "Staff spoke with you"),
    "extension_granted.v1": ("办理时间延长", "More time was granted"),
    "task_carried.v1": (
        "暂时办不了，已挂账，到期再办",
        "Cannot be done now; it stays on the books",
    ),
    "task_reactivated.v1": ("重新开始办理", "Work goes on"),
    "task_urged.v1": ("催办一次", "It was asked how long it takes"),
    "rework_ordered.v1": ("退回重新办理", "Sent back to be done again"),
    "result_submitted.v1": ("报告办好：{text}", "Reported done: {text}"),
    "result_approved.v1": ("办理结果已审核", "The result was checked"),
    "task_rated.v1": ("您作了评价", "You said whether it helped"),
    "result_upheld.v1": ("街道维持办理结果：{text}", "The street upholds the result: {text}"),
    "task_reopened.v1": ("申诉成立，重新办理", "Your appeal was taken; it is taken up again"),
    "task_not_admitted.v1": ("不予受理：{text}", "Not admitted: {text}"),
    "task_diverted.v1": ("转由其他渠道办理", "Handed to another service"),
    "task_merged.v1": ("与同一事项的来件合并办理", "Joined with a request on the same matter"),
    "task_cancelled.v1": ("诉求已撤回", "The request was withdrawn"),
    "task_terminated.v1": ("终止办理", "Handling has ended"),
}
"""Kind of fact → what a resident reads of it; the others concern the office only."""

TEXT_OF: dict[str, str] = {
    "result_submitted.v1": "public_reply",
    "result_upheld.v1": "explanation",
    "task_not_admitted.v1": "explanation",
}
"""Which sealed text of a fact was written to the resident."""

SAID_IF: dict[str, tuple[str, object]] = {
    "resident_contacted.v1": ("result", ContactResult.REACHED.value)
}
"""Facts a resident is told of only when a field holds this value."""

PLAIN_STATES: dict[TaskState, Both] = {
    TaskState.REGISTERED: ("等街道研判", "Waiting to be judged by the street office"),
    TaskState.TRIAGED: ("等街道派单", "Waiting to be sent out"),
    TaskState.PENDING_DISPATCH: ("等街道派单", "Waiting to be sent out"),
    TaskState.DISPATCHED: ("等办理单位签收", "Waiting for the unit to sign in"),
    TaskState.RETURN_REVIEW: ("正在确定由谁办理", "It is being settled who handles it"),
    TaskState.ADJUDICATION: ("正在确定由谁办理", "It is being settled who handles it"),
    TaskState.ACCEPTED: ("正在办理", "Being handled"),
    TaskState.IN_PROGRESS: ("正在办理", "Being handled"),
    TaskState.CARRIED: ("已挂账，条件具备后再办", "On the books until it can be done"),
    TaskState.RESULT_REVIEW: ("已报告办好，街道正在审核", "Reported done, being checked"),
    TaskState.CALLBACK: ("已办好，等您说一句", "Done; waiting for your word"),
    TaskState.RATING: ("已办好，等您说一句", "Done; waiting for your word"),
    TaskState.DISSATISFIED: ("街道正在重新研判", "The street office is judging it again"),
    TaskState.CLOSED: ("已办结", "Closed"),
    TaskState.NOT_ADMITTED: ("不予受理", "Not admitted"),
    TaskState.DIVERTED: ("已转由其他渠道办理", "Handed to another service"),
    TaskState.MERGED: ("已合并办理", "Handled together with another request"),
    TaskState.CANCELLED: ("已撤回", "Withdrawn"),
    TaskState.TERMINATED: ("已终止办理", "Handling has ended"),
    TaskState.ARCHIVED: ("已归档", "Archived"),
}
