"""Files of strangers: what is kept of each, what is refused and by which rule, and at what cost."""

import subprocess
import sys

import pytest
from PIL import Image, ImageCms

from domain.refusals import CommandRefused
from domain.task.handling import EVIDENCE_KINDS
from evidence.kinds import ENDINGS
from evidence.preparing import prepared, thumbnail
from runtime.limiting import LAUNCHER, MEMORY_BYTES, PROCESSOR_SECONDS, work_apart
from tests.evidence.corpus import GPS_MARK, HOSTILE, NEUTRALISED, SOUND, File, shown
from tests.evidence.files import SCRIPT, jpeg, picture, scene

PHOTOGRAPHS = [one for one in (*SOUND, *NEUTRALISED) if one.kept in {"image/jpeg", "image/png"}]


def by_name(file: File) -> str:
    return file.name


def test_the_corpus_is_large_and_knows_every_kind() -> None:
    assert len({one.name for one in (*SOUND, *NEUTRALISED, *HOSTILE)}) >= 60
    assert {one.kept for one in SOUND} == set(EVIDENCE_KINDS) == set(ENDINGS)


@pytest.mark.parametrize("file", [*SOUND, *NEUTRALISED], ids=by_name)
def test_a_file_is_kept_as_what_its_content_is_and_tells_no_place(file: File) -> None:
    kept = prepared(file.content, file.declared)
    assert kept.media_type == file.kept
    assert GPS_MARK not in kept.content
    assert SCRIPT not in kept.content
    assert b"MZ" not in kept.content[-200:]


@pytest.mark.parametrize("file", HOSTILE, ids=by_name)
def test_a_file_that_is_no_evidence_is_refused_by_its_rule(file: File) -> None:
    with pytest.raises(CommandRefused) as refused:
        prepared(file.content, file.declared)
    assert refused.value.rule == file.rule
    assert "{" not in refused.value.chinese + refused.value.english


@pytest.mark.parametrize("file", PHOTOGRAPHS, ids=by_name)
def test_a_photograph_keeps_its_points_and_nothing_else(file: File) -> None:
    image = shown(prepared(file.content, file.declared).content)
    assert dict(image.getexif()) == {}
    assert {"exif", "xmp", "icc_profile", "comment", "Location"} & set(image.info) == set()
    assert getattr(image, "n_frames", 1) == 1


def test_a_photograph_is_upright_as_it_was_seen() -> None:
    """Orientation 6: the camera was held on its side, so the red corner is at the top right."""
    image = shown(prepared(jpeg(6)).content).convert("RGB")
    assert image.size == (80, 120)
    red, _, blue = image.getpixel((75, 5))  # type: ignore[misc]
    assert red > 200
    assert blue < 100
    assert image.getpixel((5, 5))[2] > 150  # type: ignore[index]


def test_a_photograph_in_other_colours_is_kept_in_usual_ones() -> None:
    """In this profile the channels mean lightness and two hues: read as RGB they would be wrong."""
    seen = scene()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    same = shown(prepared(picture("PNG", seen, icc_profile=profile.tobytes())).content)
    assert same.getpixel((100, 60)) == seen.getpixel((100, 60))
    assert "icc_profile" not in same.info


def test_what_was_seen_through_still_is() -> None:
    glass = Image.new("RGBA", (20, 20), (10, 20, 30, 128))
    assert shown(prepared(picture("PNG", glass)).content).getpixel((5, 5)) == (10, 20, 30, 128)


@pytest.mark.parametrize("file", SOUND, ids=by_name)
def test_the_same_file_is_cleaned_to_the_same_bytes(file: File) -> None:
    """A command that comes again is the same command; and what was cleaned is taken again."""
    kept = prepared(file.content, file.declared)
    assert prepared(file.content, file.declared) == kept
    assert prepared(kept.content, kept.media_type).media_type == kept.media_type


def test_a_thumbnail_is_small_and_tells_nothing() -> None:
    small = thumbnail(jpeg(6))
    assert small is not None
    assert max(shown(small).size) <= 320
    assert GPS_MARK not in small
    assert thumbnail(b"%PDF-") is None


MEASURED = f"""
import atexit, pathlib, re, runpy, sys
status = pathlib.Path("/proc/self/status")
held = lambda: re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]
atexit.register(lambda: print(held(), file=sys.stderr))
sys.argv = ["", "{MEMORY_BYTES}", "{PROCESSOR_SECONDS}", "evidence.reading", "whole"]
runpy.run_path({str(LAUNCHER)!r}, run_name="__main__")
"""
"""The child as it is, that says at its end how much memory it ever held (in KiB)."""


@pytest.mark.parametrize("file", HOSTILE, ids=by_name)
def test_a_hostile_file_costs_little_memory(file: File) -> None:
    """The child that refuses it, or falls over it, never held more than 64 MiB."""
    command = [sys.executable, "-I", "-B", "-c", MEASURED]
    done = subprocess.run(command, input=file.content, capture_output=True, check=False)
    assert int(done.stderr.split()[-1]) <= 64 * 1024


def test_a_reader_that_takes_too_much_falls_alone() -> None:
    """The limits are the child's own: memory it may not have ends it, and the parent goes on."""
    code = "import sys; sys.stdout.write('x' * (2 << 30))"
    done = work_apart("timeit", "-n", "1", code, given=b"")
    assert done.status != 0


def test_a_child_is_told_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEDUI_SMTP_PASSWORD", "very-secret")
    done = work_apart("timeit", "-n", "1", "import os; print(sorted(os.environ))", given=b"")
    assert done.status == 0
    assert b"'PATH'" in done.written
    assert b"JIEDUI" not in done.written
