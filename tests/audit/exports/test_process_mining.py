"""What process-mining tools find in the exports is what the ledger holds."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import r4pm

from audit.exports.choosing import Selection, chosen, entries
from audit.exports.flattening import OBJECT_TYPES
from audit.exports.ocel import gathered, write_ocel_json
from audit.exports.xes import write_xes
from audit.reading import Reader, open_reader
from audit.replay.as_of import Axis
from domain.casebook import CASES
from domain.refusals import CommandRefused
from domain.values import CASE_CATEGORIES, category_of
from ledger.entry import Entry, happened
from tests import clock
from tests.audit.exports.conftest import Exports
from tests.audit.exports.sample import DEFAULT_POLICY, KEY, Sample, a_working_district

OCEL_FORMS = ("log.json", "log.xml", "log.sqlite")


def as_a_stranger_reads(path: Path, folder: Path) -> dict[str, Any]:
    """Return the log as r4pm read it, in r4pm's own words, ordered by id."""
    item = r4pm.import_item("OCEL", str(path))
    back = folder / f"{path.name}.r4pm.json"
    r4pm.export_item(item, str(back))
    r4pm.remove_item(item)
    read = json.loads(back.read_text(encoding="utf-8"))
    return {
        "events": {
            one["id"]: (
                one["type"],
                one["time"],
                {attribute["name"]: attribute["value"] for attribute in one["attributes"]},
                sorted((r["objectId"], r["qualifier"]) for r in one["relationships"]),
            )
            for one in read["events"]
        },
        "objects": {
            one["id"]: (
                one["type"],
                sorted(
                    (attribute["time"], attribute["name"], str(attribute["value"]))
                    for attribute in one["attributes"]
                ),
                sorted((r["objectId"], r["qualifier"]) for r in one["relationships"]),
            )
            for one in read["objects"]
        },
        "types": (
            {one["name"]: _types(one) for one in read["eventTypes"]},
            {one["name"]: _types(one) for one in read["objectTypes"]},
        ),
    }


def _types(of: dict[str, Any]) -> dict[str, str]:
    return {attribute["name"]: attribute["type"] for attribute in of["attributes"]}


def everything(url: str) -> list[Entry]:
    with open_reader(url) as reader:
        return list(reader.entries())


@pytest.fixture(scope="session")
def strangers_view(exports: Exports) -> dict[str, Any]:
    return as_a_stranger_reads(exports.path("log.json"), exports.folder)


@pytest.mark.parametrize("form", OCEL_FORMS[1:])
def test_every_form_tells_a_stranger_the_same_log(
    exports: Exports, strangers_view: dict[str, Any], form: str
) -> None:
    """Events, objects, relations, attribute values with their times, and the types of all."""
    assert as_a_stranger_reads(exports.path(form), exports.folder) == strangers_view


def test_every_entry_is_an_event_and_nothing_else_is(
    exports: Exports, strangers_view: dict[str, Any]
) -> None:
    """The event's id is the entry's position, so that anyone can go back to the ledger."""
    told = {
        name: (kind, attributes["ledger_kind"])
        for name, (kind, _, attributes, _) in strangers_view["events"].items()
    }
    assert told == {
        f"e{entry.position}": (entry.kind.partition(".")[0], entry.kind)
        for entry in everything(exports.url)
    }


def test_every_case_and_unit_of_the_ledger_is_an_object_of_its_type(
    exports: Exports, strangers_view: dict[str, Any]
) -> None:
    recorded = {entry.stream for entry in everything(exports.url)}
    types = {one: OBJECT_TYPES[one] for one in (*CASE_CATEGORIES, "unit", "policy")}
    for category, kind in types.items():
        wanted = {stream for stream in recorded if category_of(stream) == category}
        found = {name for name, (one, _, _) in strangers_view["objects"].items() if one == kind}
        assert wanted <= found
    counts = Counter(one for one, _, _ in strangers_view["objects"].values())
    assert set(counts) == {*types.values(), "resident"}


def test_events_are_related_to_whoever_their_facts_name(
    exports: Exports, strangers_view: dict[str, Any]
) -> None:
    for entry in everything(exports.url):
        relations = strangers_view["events"][f"e{entry.position}"][3]
        if category_of(entry.stream) in CASE_CATEGORIES:
            assert [entry.stream, category_of(entry.stream)] in [list(one) for one in relations]
        if entry.by.unit is not None:
            assert (f"unit/{entry.by.unit}", "actor") in relations
        if entry.kind == "task_dispatched.v1":
            assert (f"unit/{entry.fact['main']}", "main_unit") in relations
            for unit in entry.fact["assist"]:
                assert (f"unit/{unit}", "assist_unit") in relations
        if entry.kind == "task_registered.v1":
            asked = [name for name, qualifier in relations if qualifier == "requester"]
            assert len(asked) == int(entry.fact["requester"] is not None)


def test_an_objects_newest_state_is_the_state_its_facts_left(
    exports: Exports, strangers_view: dict[str, Any]
) -> None:
    streams: dict[str, list[Entry]] = {}
    for entry in everything(exports.url):
        streams.setdefault(entry.stream, []).append(entry)
    seen = 0
    for stream, facts in streams.items():
        category = category_of(stream)
        if category not in ("task", "pairing"):
            continue
        kind, state = CASES[category], CASES[category].initial
        names = []
        for entry in facts:
            state = kind.evolve(state, happened(kind, entry))
            names.append(kind.state_name(state))
        changes = strangers_view["objects"][stream][1]
        told = [value for _, name, value in changes if name == "state"]
        changed = [name for n, name in enumerate(names) if n == 0 or names[n - 1] != name]
        assert sorted(told) == sorted(changed)
        assert (told[-1] == names[-1]) or len(
            {at for at, name, _ in changes if name == "state"}
        ) < len(told)  # two changes within one instant have no order of their own
        seen += 1
    assert seen == 60


def test_types_and_attribute_names_are_plain_ascii_words(strangers_view: dict[str, Any]) -> None:
    events, objects = strangers_view["types"]
    for types in (events, objects):
        for name, attributes in types.items():
            assert all(word.isascii() and word.isidentifier() for word in (name, *attributes))
            assert set(attributes.values()) <= {"string", "time", "integer", "boolean"}


def test_an_ocel_sqlite_file_is_whole_by_its_own_rules(exports: Exports) -> None:
    with closing(sqlite3.connect(exports.path("log.sqlite"))) as file:
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        mapped = {name for (name,) in file.execute("SELECT ocel_type_map FROM event_map_type")}
        total = sum(
            file.execute(f'SELECT count(*) FROM "event_{name}"').fetchone()[0]  # noqa: S608 - names come from the file under test
            for name in mapped
        )
        assert total == len(everything(exports.url))


def test_xes_has_a_trace_for_every_case_with_its_facts_in_order(exports: Exports) -> None:
    item = r4pm.import_item("EventLog", str(exports.path("log.xes")))
    streams = Counter(
        entry.stream
        for entry in everything(exports.url)
        if category_of(entry.stream) in CASE_CATEGORIES
    )
    assert r4pm.bindings.get_num_cases(item) == len(streams)
    r4pm.remove_item(item)
    log = ET.parse(exports.path("log.xes")).getroot()
    space = "{http://www.xes-standard.org/}"
    for trace in log.iter(f"{space}trace"):
        name = _value(trace, "concept:name")
        events = trace.findall(f"{space}event")
        assert len(events) == streams.pop(name)
        times = [_value(event, "time:timestamp") for event in events]
        assert times == sorted(times)
        assert all(_value(event, "lifecycle:transition") == "complete" for event in events)
        assert all(_value(event, "org:resource") for event in events)
    assert not streams


def _value(element: Any, key: str) -> str:
    return next(str(one.get("value")) for one in element if one.get("key") == key)


def test_jsonl_is_the_very_bytes_that_were_hashed(exports: Exports) -> None:
    lines = exports.path("log.jsonl").read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert lines == [entry.body for entry in everything(exports.url)]


def test_a_stretch_holds_the_facts_of_that_time_and_the_states_before_it(
    sample: Sample, tmp_path: Path
) -> None:
    """An object stands at the beginning of the stretch as the facts before it left it."""
    with open_reader(sample.url) as reader:
        middle = reader.entry(reader.head() // 2)
        assert middle is not None
        since, until = middle.recorded_at, middle.recorded_at + timedelta(days=2)
        stretch = chosen(reader, (), since, until)
        wanted = [e for e in reader.entries() if since <= e.recorded_at <= until]
        assert [e.position for e in entries(reader, stretch)] == [e.position for e in wanted]
        log = _ocel(reader, stretch, tmp_path)
        assert [one["id"] for one in log["events"]] == [f"e{e.position}" for e in wanted]
        before = {e.stream: e for e in reader.entries(-1, stretch.after)}
        tasks = {e.stream for e in wanted if e.stream.startswith("task/")} & set(before)
        assert tasks
        for one in log["objects"]:
            if one["id"] in tasks:
                states = [a for a in one["attributes"] if a["name"] == "state"]
                kind, state = CASES["task"], CASES["task"].initial
                for entry in reader.stream(one["id"], stretch.after):
                    state = kind.evolve(state, happened(kind, entry))
                assert states[0]["time"].startswith("1970-")
                assert states[0]["value"] == kind.state_name(state)


def test_one_case_alone_is_told_with_everything_it_names(sample: Sample, tmp_path: Path) -> None:
    with open_reader(sample.url) as reader:
        case = next(iter(reader.streams("pairing")))
        only = chosen(reader, (case,))
        log = _ocel(reader, only, tmp_path)
        assert len(log["events"]) == len(reader.stream(case))
        assert {one["type"] for one in log["objects"]} >= {"pairing", "unit"}
        labels = {
            one["id"]: [a["value"] for a in one["attributes"] if a["name"] == "label_zh"]
            for one in log["objects"]
            if one["type"] == "unit"
        }
        assert all(labels.values())
        write_xes(reader, only, tmp_path / "one.xes", default_policy=DEFAULT_POLICY)
        assert (tmp_path / "one.xes").read_text("utf-8").count("<trace>") == 1


def test_a_case_that_is_not_there_is_refused(sample: Sample) -> None:
    with open_reader(sample.url) as reader, pytest.raises(CommandRefused) as refused:
        chosen(reader, ("task/00000000-0000-0000-0000-000000000000",))
    assert refused.value.rule == "case-unknown"


def _ocel(reader: Reader, selection: Selection, folder: Path) -> dict[str, Any]:
    with gathered(reader, selection, folder, default_policy=DEFAULT_POLICY, key=KEY) as bench:
        write_ocel_json(bench, folder / "part.json")
    read: dict[str, Any] = json.loads((folder / "part.json").read_text("utf-8"))
    return read


def test_work_entered_late_is_drawn_when_it_happened(tmp_path: Path) -> None:
    """A miner reads the instants as told from every form; by the other axis, those recorded."""
    happened_at = datetime.now(UTC) + timedelta(hours=1)
    with a_working_district(tmp_path) as worked:
        task = worked.whole_case()
        call = worked.district.contact(task).model_copy(update={"occurred_at": happened_at})
        with clock.at(worked.books.ledger, happened_at + timedelta(hours=3)):
            worked.record(task, [call])
    with open_reader(f"sqlite:///{tmp_path / 'ledger.db'}") as reader:
        entries = list(reader.entries())
        told = {entry.position: entry.occurred_at for entry in entries}
        recorded = {entry.position: entry.recorded_at for entry in entries}
        (late,) = [at for at in told if told[at] != recorded[at]]
        for axis, times in ((Axis.OCCURRED, told), (Axis.RECORDED, recorded)):
            selection = chosen(reader, ())
            by: dict[str, Any] = {"default_policy": DEFAULT_POLICY, "axis": axis}
            with gathered(reader, selection, tmp_path, **by) as bench:
                write_ocel_json(bench, tmp_path / "log.json")
            events = json.loads((tmp_path / "log.json").read_text("utf-8"))["events"]
            assert {int(one["id"][1:]): _at(one["time"]) for one in events} == times
            other = "recorded_at" if axis is Axis.OCCURRED else "occurred_at"
            assert all(any(a["name"] == other for a in one["attributes"]) for one in events)
            write_xes(reader, selection, tmp_path / "log.xes", **by)
            log = ET.parse(tmp_path / "log.xes").getroot()
            found = {
                int(_value(event, "concept:instance")[1:]): _at(_value(event, "time:timestamp"))
                for event in log.iter("{http://www.xes-standard.org/}event")
            }
            assert found[late] == times[late]
            assert found == {at: times[at] for at in found}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
