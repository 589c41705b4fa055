"""Every fact has its sentence, every notice its text, every code its label."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.casebook import CASES
from domain.envelope import SYSTEM, Happened
from domain.models import models_of
from domain.registry import facts as registry_facts
from domain.task import notices as task_notices
from tests.domain.task import stories as s
from tests.domain.test_laws_of_kinds import KINDS
from tests.domain.wording_examples import example, fact_models, kind_of, made
from tests.domain.world import CIVIL_AFFAIRS, MONDAY, UNITS
from wording.commands import COMMAND_LABELS
from wording.labels import ENUMERATIONS, LABELS, clock_label
from wording.notices import NOTICE_TEXTS
from wording.sentences import (
    SENTENCES,
    OpaqueNames,
    WordingBroken,
    WordingUnknown,
    deadline_text,
    instant_shown,
    label,
    limit_text,
    notice_text,
    sentence,
)
from wording.template import fill, marks_of, parts_of

GOLDEN = Path(__file__).with_name("sentences.json")
DOMAIN = Path(__file__).parents[2] / "domain"
MODELS = {kind_of(model): model for model in fact_models()}


class TownNames(OpaqueNames):
    """The town's units by name; everything else as an opaque reader sees it."""

    def unit(self, code: str, language: Any) -> str:
        del language
        return UNITS[code].name


NAMES = TownNames()


def told() -> dict[str, dict[str, list[str]]]:
    """Return every sentence of every kind: with all its fields, and with none it can do without."""
    return {
        kind: {
            language: [
                sentence(kind, example(model, full=full), NAMES, language) for full in (True, False)
            ]
            for language in ("zh", "en")
        }
        for kind, model in MODELS.items()
    }


def test_sentences_are_as_they_were_approved() -> None:
    """People read these in hearings: a change is read and approved, never an accident.

    To approve: `python -m tests.domain.test_wording` writes the file, and a person reads the diff.
    """
    assert told() == json.loads(GOLDEN.read_text("utf-8"))


def test_every_kind_of_fact_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert set(SENTENCES) == set(MODELS)


def test_no_sentence_shows_a_mark_it_could_not_fill() -> None:
    """A mark that is not of the language of sentences would stand there as it was written."""
    told_so_far = json.loads(GOLDEN.read_text("utf-8"))
    shown = [text for both in told_so_far.values() for texts in both.values() for text in texts]
    assert [text for text in shown if "{" in text or "}" in text] == []


@pytest.mark.parametrize("kind", MODELS)
def test_a_sentence_speaks_only_of_fields_its_fact_has(kind: str) -> None:
    """A misspelt field would silently leave its bracket out."""
    for text in SENTENCES[kind]:
        for mark in marks_of(text):
            model: Any = MODELS[kind]
            for name in mark.path.split("."):
                assert name in model.model_fields, f"{kind} has no {mark.path}"
                model = model.model_fields[name].annotation
                model = next(
                    (one for one in getattr(model, "__args__", ()) if hasattr(one, "model_fields")),
                    model,
                )


@pytest.mark.parametrize("kind", MODELS)
def test_both_languages_tell_the_same_fields(kind: str) -> None:
    """What one reader is told the other is told too."""
    zh, en = ({mark.path for mark in marks_of(text)} for text in SENTENCES[kind])
    assert {path.removesuffix(".zh").removesuffix(".en") for path in zh} == {
        path.removesuffix(".zh").removesuffix(".en") for path in en
    }


def test_an_unknown_kind_is_a_loud_error() -> None:
    with pytest.raises(WordingUnknown, match=r"task_dreamt\.v1"):
        sentence("task_dreamt.v1", {}, NAMES)


def test_sealed_texts_stay_sealed_unless_the_reader_may_open_them() -> None:
    class Opened(TownNames):
        def opened(self, sealed: Any) -> str | None:
            return f"<{sealed['digest'][:4]}>。"  # as people end what they write

    fact = example(MODELS["progress_logged.v1"], full=True)
    assert "〔已密封〕" in sentence("progress_logged.v1", fact, NAMES)
    assert "[sealed]" in sentence("progress_logged.v1", fact, NAMES, "en")
    assert "。。" not in sentence("progress_logged.v1", fact, Opened())
    assert f"<{fact['note']['digest'][:4]}>" in sentence("progress_logged.v1", fact, Opened())


def test_people_are_opaque() -> None:
    """An id is no name, but two people can be told apart."""
    assert NAMES.person("person/0190a5e2-0000-7000-8000-00000000a1b2", "zh") == "工作人员 a1b2"
    assert NAMES.person("subject/0190a5e2-0000-7000-8000-00000000c3d4", "en") == "resident c3d4"


DEADLINE = {
    "due": "2026-10-12T09:00:00.000000Z",
    "counted_from": "2026-09-24T01:12:00.000000Z",
    "limit": "10wd",
    "count_from": "next_day",
    "calendar": "CN-2026@0123456789ab",
    "policy": "gd-2022@0123456789ab",
    "provisional": True,
}


def test_a_due_time_says_how_it_was_reached() -> None:
    assert (
        deadline_text(DEADLINE)
        == "10 个工作日，自 2026-09-24 09:12 起，按 CN-2026 日历：2026-10-12 17:00 到期（暂定）"
    )
    assert (
        deadline_text(DEADLINE, "en")
        == "10 working days from 2026-09-24 09:12, by calendar CN-2026: due 2026-10-12 17:00 "
        "(provisional)"
    )


def test_a_wall_clock_limit_names_no_calendar() -> None:
    """Nights and holidays count in it, so a calendar would mislead."""
    told = deadline_text(DEADLINE | {"limit": "30min", "provisional": False})
    assert told == "30 分钟，自 2026-09-24 09:12 起：2026-10-12 17:00 到期"


def test_limits_are_written_in_words() -> None:
    assert [limit_text(one) for one in ("1wd", "4wh", "7d", "24h", "30min", "90s")] == [
        "1 个工作日",
        "4 个工作小时",
        "7 天",
        "24 小时",
        "30 分钟",
        "90 秒",
    ]
    assert [limit_text(one, "en") for one in ("1wd", "2wd")] == ["1 working day", "2 working days"]


def test_instants_are_shown_as_clocks_in_china_show_them() -> None:
    assert instant_shown("2026-11-22T01:30:00.000000Z") == "2026-11-22 09:30"
    assert instant_shown("2026-11-22T16:30:05.000000Z") == "2026-11-23 00:30:05"


@pytest.mark.parametrize("enumeration", ENUMERATIONS, ids=lambda one: one.__name__)
def test_every_value_has_a_label_in_both_languages(enumeration: Any) -> None:
    for value in enumeration:
        zh, en = LABELS[enumeration.__name__][value.value]
        assert zh
        assert en
        assert label(value) == zh
        assert label(value, "en") == en


def test_clocks_have_labels() -> None:
    """Those that stories run through; a clock of a newer version is shown by its name."""
    running = {name for story in s.every_state().values() for name in story.clocks()}
    kinds = [told for stories in KINDS for told in stories.EVERY_STATE.values()]
    running |= {name for told in kinds for name in told().clocks()}
    assert {name for name in running if clock_label(name) == name} == set()
    assert clock_label("assist/2") == "协办（第 2 项）"
    assert clock_label("a_newer_clock") == "a_newer_clock"


# Notices.


def asked_templates() -> set[str]:
    """Return the templates the conversations ask with: the literals of their steps."""
    found: set[str] = set()
    for room in ("task", "pairing", "programme"):
        text = (DOMAIN / room / "coordination.py").read_text("utf-8")
        literals = set(re.findall(r'(?<!f)"([a-z]+_[a-z_]+)"', text))
        found |= {
            one for one in literals if one.endswith(("_asked", "_reminded", "_called", "_close"))
        }
    return found


def test_every_template_the_conversations_use_has_its_text() -> None:
    asked = asked_templates()
    assert {"signature_asked", "feedback_reminded", "whistle_called", "review_to_close"} <= asked
    assert asked <= set(NOTICE_TEXTS)


def _notices_of_facts() -> list[Any]:
    """Every notice that every fact leads to, with a state in which it has readers."""
    found: list[Any] = []
    urgent = s.in_progress(s.accepted(s.dispatched(s.queued(s.triaged(urgency="URGENT")))))
    for model in MODELS.values():
        for full in (True, False):
            fact = made(model, full=full)
            happened: Happened[Any] = Happened(fact, MONDAY, MONDAY, SYSTEM, 7)
            if model.__module__ == "domain.task.facts":
                for story in (s.in_progress(), urgent):
                    found += task_notices.notices(s.MASTER, story.state, happened)
            for stories in KINDS:
                if kind_of(model) in models_of(stories.KIND.facts):
                    for told in stories.EVERY_STATE.values():
                        story = told()
                        found += stories.KIND.notices(story.stream, story.state, happened)
    return found


def test_every_notice_of_every_fact_has_its_text_in_both_languages() -> None:
    notices = _notices_of_facts()
    assert len({notice.template for notice in notices}) > 50
    for notice in notices:
        assert notice.template in NOTICE_TEXTS, notice.template
        zh, en = notice_text(notice.template, {"case": "task/x", **notice.values})
        assert zh.endswith(("。", "）"))
        assert en.endswith((".", "?"))
        assert "{" not in zh + en


def test_an_unknown_template_still_says_which_case() -> None:
    """A newer version may send what this one cannot word; the reader is not left in the dark."""
    zh, en = notice_text("template_of_tomorrow", {"case": "task/0190a5e2-0000-7000-8000-0000a1b2"})
    assert "任务 a1b2" in zh
    assert "task a1b2" in en


# The language of sentences.


def test_brackets_are_left_out_when_nothing_is_in_them() -> None:
    text = "派单[：{unit}[，协办 {assist}]]。"
    show = lambda value, _: str(value)  # noqa: E731 - the shortest way to show a value
    assert fill(text, {"unit": "A", "assist": "B"}, show) == "派单：A，协办 B。"
    assert fill(text, {"unit": "A", "assist": None}, show) == "派单：A。"
    assert fill(text, {}, show) == "派单。"


def test_zero_is_something() -> None:
    assert fill("[费用 {cost}]", {"cost": 0}, lambda value, _: str(value)) == "费用 0"


def test_a_missing_field_outside_brackets_is_a_loud_error() -> None:
    with pytest.raises(WordingBroken, match="unit"):
        fill("派单：{unit}", {"unit": None}, lambda value, _: str(value))


@pytest.mark.parametrize("broken", ["[open", "close]", "[[one]"])
def test_unbalanced_brackets_are_found(broken: str) -> None:
    with pytest.raises(WordingBroken):
        parts_of(broken)


@given(st.dictionaries(st.sampled_from(["a", "b"]), st.text() | st.integers() | st.none()))
def test_values_are_never_read_as_sentences(values: dict[str, Any]) -> None:
    """A text that looks like a mark or a bracket is shown as it was written."""
    shown = fill("[{a}][-{b}]", values, lambda value, _: str(value))
    parts = [values.get("a"), values.get("b")]
    wanted = ["" if part is None or part == "" else str(part) for part in parts]
    assert shown == wanted[0] + (f"-{wanted[1]}" if wanted[1] else "")


def test_the_registry_is_told_too() -> None:
    """Units in a sentence about the registry come from the fact itself, not from a later name."""
    unit = registry_facts.UnitRegistered(unit=UNITS[CIVIL_AFFAIRS]).model_dump(mode="json")
    assert "区民政局（440106-CA）" in sentence("unit_registered.v1", unit, OpaqueNames())


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(told(), ensure_ascii=False, indent=1) + "\n", "utf-8")


def test_every_command_has_its_name_in_an_office() -> None:
    kinds = {kind for case in CASES.values() for kind in models_of(case.commands)}
    assert kinds == set(COMMAND_LABELS)
