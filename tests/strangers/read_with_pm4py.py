"""Read exports with pm4py, a stranger to this project, and say what it found.

pm4py is licensed under the AGPL, so it is no dependency of ours: nothing here imports it, it is
not distributed with us, and no test runs this file. To run it by hand, in an environment of its
own (without r4pm: pm4py would choose it as its reader and then miss polars):

    python -m venv ELSEWHERE && ELSEWHERE/bin/pip install pm4py
    jiedui audit export ocel-json --out log.json      # likewise ocel-xml (log.xml),
    jiedui audit export ocel-sqlite --out log.sqlite  # and xes (log.xes)
    ELSEWHERE/bin/python tests/strangers/read_with_pm4py.py log.json log.sqlite log.xes

Exit status: 0 every file was read and every OCEL file tells the same counts; 1 they differ.
"""

import sys
from pathlib import Path
from typing import Any

READERS = {".json": "read_ocel2_json", ".xml": "read_ocel2_xml", ".sqlite": "read_ocel2_sqlite"}


def main(paths: list[str]) -> int:
    """Read every file and print what is in it, one line each."""
    import pm4py  # type: ignore[import-not-found] # only in an environment of its own

    found = set()
    for path in map(Path, paths):
        if path.suffix == ".xes":
            log = pm4py.read_xes(str(path))
            traces = log["case:concept:name"].nunique()
            names = log["concept:name"].nunique()
            _say(f"{path.name}: {traces} traces, {len(log)} events, {names} activities")
            continue
        ocel = getattr(pm4py, READERS[path.suffix])(str(path))
        counts = counts_of(ocel)
        found.add(tuple(counts.items()))
        graph = pm4py.discover_ocdfg(ocel)
        edges = sum(len(pairs) for pairs in graph["edges"]["event_couples"].values())
        told = ", ".join(f"{number} {name}" for name, number in counts.items())
        _say(f"{path.name}: {told}; directly-follows graph of {edges} edges")
    return int(len(found) > 1)


def counts_of(ocel: Any) -> dict[str, int]:
    """Return how much of everything pm4py found in one log.

    Its JSON reader keeps one relation between an event and an object where an event has several
    (a unit that acts on its own task), so pairs are counted; and what it calls a change of an
    object differs from form to form, so these are left out.
    """
    return {
        "events": len(ocel.events),
        "objects": len(ocel.objects),
        "related pairs of event and object": len(
            ocel.relations[["ocel:eid", "ocel:oid"]].drop_duplicates()
        ),
        "object-to-object relations": len(ocel.o2o),
        "event types": ocel.events["ocel:activity"].nunique(),
        "object types": ocel.objects["ocel:type"].nunique(),
    }


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
