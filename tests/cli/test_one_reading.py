"""A command reads the record once: it is quicker, and all its figures are of one head."""

from __future__ import annotations

import pytest
from coded_study import A, coded_study, run, with_cases
from counted_replays import replays
from small_study import clock, small_study

__all__ = ["clock", "coded_study", "replays", "run", "small_study", "with_cases"]

COMMANDS = (
    "agreement",
    "agreement --by month --calibration --discordant --words",
    "themes status",
    "themes prevalence",
    "themes prevalence --by score --where-coders-differ any",
    "themes together --within-score",
    "themes scores",
    "themes trends",
    "themes saturation",
    "themes passages --back --case " + A,
    "themes plan",
    "themes suggest log",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_reads_the_record_once(run, with_cases, replays, command):
    code, _, err = run(*command.split(), "--study", with_cases.path)
    assert (code, err) == (0, "")
    assert replays() == 1


@pytest.mark.parametrize("more", [(), ("--each-coder",)])
def test_what_is_written_for_other_programs_is_of_one_reading(
    run, with_cases, replays, tmp_path, more
):
    file = tmp_path / "out.qdpx"
    code, _, err = run("themes", "export", "--to", file, *more, "--study", with_cases.path)
    assert (code, err) == (0, "")
    assert replays() == 1
    code, _, err = run("themes", "import", file, "--study", with_cases.path)
    assert (code, err) == (0, "")
    assert replays() == 1


def test_a_plan_is_read_again_when_it_was_put_on_record(run, coded_study, replays):
    code, out, _ = run("themes", "plan", "--double-share", "0.5", "--study", coded_study.path)
    assert code == 0
    assert "coded twice 50% of texts" in out
    assert replays() == 3, "before, by the writer, and behind it"
