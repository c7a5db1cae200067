"""``lltic themes export`` and ``lltic themes import``: coded projects of other programs."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.codebooks import load, write_codebook
from lltic.cli.form_exchange import bytes_of
from lltic.cli.output import json_option, show, study_option, table
from lltic.cli.themes import themes
from lltic.errors import LlticError, Problem, UsageError

if TYPE_CHECKING:
    from lltic.records import Coding, Judgement
    from lltic.reviews.read import OnRecord
    from lltic.study import Study
    from lltic.themes.exchange import Imported

__all__ = ["register"]

LEAVES = (
    "{file} holds what reviewers wrote, word for word, and coders' names. Nothing protects it "
    "outside the study: keep it where such records may lie, and remove it when it is done with."
)
SAID = {
    "same": "taken",
    "same_words": "taken; only its line ends differ",
    "changed": "not taken: its words are not those of the study",
    "not_ours": "not taken: no text of this study",
    "missing": "missing: the file does not hold it",
    "outside": "missing: kept outside the file, where nothing is opened",
    "unreadable": "not taken: not UTF-8",
    "no_text": "not taken: no text",
}


def register(app: click.Group) -> None:
    """Add this file's commands to the group ``themes``, which is on the command line already."""
    themes.add_command(export_)
    themes.add_command(import_)


@click.command("export")
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE.qdpx",
    help="Where it goes.",
)
@click.option("--codebook", "which", metavar="NAME", help="Which one; the study's when not given.")
@click.option(
    "--each-coder",
    is_flag=True,
    help="Of texts that several coded: what each found alone, not what was settled.",
)
@study_option
@json_option
def export_(to: Path, which: str | None, each_coder: bool, study: Study, as_json: bool) -> None:
    """Write reviewers' texts and the codings on them for other programs (.qdpx, REFI-QDA).

    Texts of cases of which every review is in. A case goes with its id, its category, its
    setting and its scores; nothing else of it, and nobody's name but the coders'.

    Example: lltic themes export --study autumn-review --to autumn.qdpx
    """
    from lltic.reviews.read import on_record, texts
    from lltic.study import write_atomically
    from lltic.themes.codebook_history import carry, lineage
    from lltic.themes.exchange import project_of, write_qdpx

    book, record = load(which or study.settings.codebook, study.path), on_record(study)
    closed = _closed(record)
    every = texts(record)
    words = [one for one in every if one.case_id in closed]
    carried = carry(_codings(record, each_coder=each_coder), lineage(book, study.path))
    coded_under = {
        row.was.coding_id: (row.was.codebook, row.was.codebook_hash) for row in carried.rows
    }
    made = project_of(
        study.settings.title,
        book,
        words,
        carried.codings,
        cases=_cases(record, words),
        made_with=coded_under,
        synthetic=study.settings.synthetic,
    )
    with write_atomically(to, "wb", 0o600) as stream:
        stream.write(write_qdpx(made.project))
    counts = {
        "texts": len(words),
        "codings": made.codings,
        "coders": len(made.project.users),
        "cases": len(made.project.cases),
    }
    held = len(every) - len(words)
    left = {
        **made.left_out,
        **({"made with another codebook": carried.other} if carried.other else {}),
    }
    warnings = [LEAVES.format(file=to), *carried.warnings]
    lines = [f"! {warning}" for warning in warnings]
    lines += [f"not in it, {why}: codings {n}" for why, n in left.items()]
    lines += [f"not in it, for reviews of their cases are out: texts {held}"] if held else []
    lines.append(f"{to}: " + " ".join(f"{name} {n}" for name, n in counts.items()))
    data = {"file": str(to), **counts, "held_back": held, "left_out": left, "warnings": warnings}
    show(data, lines, as_json=as_json)


def _closed(record: OnRecord) -> set[str]:
    """Cases of which every review is in: before that, readers must not know of each other."""
    from lltic.reviews.read import status

    return {case_id for case_id, (locked, given) in status(record).items() if locked == given}


def _codings(record: OnRecord, *, each_coder: bool) -> list[Coding]:
    """Return the codings that stand, or of texts that several coded what each found alone."""
    from lltic.reviews.read import codings, double_coded, independent_codings

    if not each_coder:
        return codings(record)
    double = set(double_coded(record))
    single = [one for one in codings(record) if one.review_id not in double]
    return [*single, *(one for one in independent_codings(record) if one.review_id in double)]


def _cases(record: OnRecord, words: list[Judgement]) -> Mapping[str, Mapping[str, str | int]]:
    """Return what of each case goes out: where it died, in which setting, and its scores."""
    from lltic.form import load_form
    from lltic.records import Case
    from lltic.reviews.read import judgements
    from lltic.sources.parquet import read_records

    study, wanted = record.study, {one.case_id for one in words}
    found: dict[str, dict[str, str | int]] = {case_id: {} for case_id in sorted(wanted)}
    file = study.cohort / "cases.parquet"
    for case in read_records(file, Case, made_by="lltic cohort build") if file.is_file() else ():
        if case.case_id in wanted:
            found[case.case_id] |= {"category": case.category, "setting": case.setting}
    scored = load_form(study.settings.form, study.path).model.scored_items()
    for one in judgements(record):
        if one.case_id in wanted and one.item in scored and isinstance(one.value, int):
            found[one.case_id][f"{one.item}, reader {one.position}"] = one.value
    return found


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as", "name", metavar="NAME", help="What it is called; as the file when not given.")
@click.option("--codebook", "which", metavar="NAME", help="Which one; the study's when not given.")
@click.option("--replace", is_flag=True, help="Put it in the place of an import of that name.")
@study_option
@json_option
def import_(
    file: Path, name: str | None, which: str | None, replace: bool, study: Study, as_json: bool
) -> int:
    """Take codings of another program's project (.qdpx) into the study, beside the record.

    They are kept in codings/NAME.json, with the coders' names as given, and only where the
    text they lie on is one of the study's; figures are made of them when asked for by name
    ('lltic themes prevalence --codings NAME'). A name that is taken is refused. A .qdc file
    becomes a codebook of the study.

    Example: lltic themes import autumn-coded.qdpx --study autumn-review
    """
    from lltic.clock import system_clock, to_text
    from lltic.reviews.read import on_record, texts
    from lltic.study import write_atomically
    from lltic.themes.codebook_history import carry, lineage
    from lltic.themes.exchange import matched, read_qdpx
    from lltic.themes.exchange.kept import as_file

    stem = name or file.stem
    if not stem.replace("-", "").replace("_", "").replace(" ", "").replace(".", "").isalnum():
        allowed = "letters, digits, spaces, dots, - and _"
        raise UsageError(Problem("bad-name", "--as", "is not a name for a file", allowed))
    if file.suffix.lower() == ".qdc":
        if replace:
            hint = "Give another name with --as."
            raise UsageError(Problem("bad-option", "--replace", "not for a codebook", hint=hint))
        write_codebook(file, study.path / "codebooks" / f"{stem}.yml", as_json=as_json)
        return 0
    target = study.path / "codings" / f"{stem}.json"
    if not replace:
        _refuse_taken(target)
    raw = bytes_of(file)
    project, problems = read_qdpx(raw, str(file))
    book, record = load(which or study.settings.codebook, study.path), on_record(study)
    closed = _closed(record)
    words = [one for one in texts(record) if one.case_id in closed]
    own = {c.coding_id: c for each in (False, True) for c in _codings(record, each_coder=each)}
    # What an export carried into this version is the record's own when it comes back.
    own |= {c.coding_id: c for c in carry(own.values(), lineage(book, study.path)).codings}
    found = matched(project, book, words, own.values(), problems)
    digest, now = hashlib.sha256(raw).hexdigest(), to_text(system_clock())
    with write_atomically(target, "w", 0o600) as stream:
        stream.write(as_file(found, file.name, digest, now))
    show(_data(found, target), _lines(found, target), as_json=as_json)
    return 1 if found.problems else 0


def _refuse_taken(target: Path) -> None:
    """Refuse to write over an import: what other people coded is kept nowhere else."""
    from lltic.themes.exchange import read_kept

    if not target.exists():
        return
    message = "is there already"
    try:
        kept = read_kept(target)
    except LlticError:
        message += ", and is no file of an import"
    else:
        message += f": codings {len(kept.codings)} of {kept.file!r}"
        message += f", imported {_minute(kept.imported_at)}" if kept.imported_at else ""
    hint = "Nothing was changed. Give another name with --as, or --replace to put this in its place"
    raise UsageError(Problem("import-exists", str(target), message, hint=hint))


def _minute(at: str) -> str:
    return f"{at[:10]} {at[11:16]} UTC"


def _data(found: Imported, target: Path) -> dict[str, Any]:
    return {
        "file": str(target),
        "project": found.project,
        "codings": len(found.codings),
        "on_record": found.on_record,
        "sources": found.sources,
        "codes": [{"name": code, "theme": theme} for code, theme in found.codes],
        "not_taken": found.not_taken,
        "counts": found.counts,
        "problems": [problem.as_dict() for problem in found.problems],
    }


def _lines(found: Imported, target: Path) -> Iterator[str]:
    by = f" ({found.origin})" if found.origin else ""
    yield f"project {found.project}{by}"
    yield from (f"! {problem}" for problem in found.problems)
    told: dict[str, list[str]] = {}
    for source in found.sources:
        told.setdefault(source.status, []).append(source.name)
    rows = [(SAID[status], len(names)) for status, names in told.items()]
    yield from table(("sources", "how many"), rows)
    for status, names in told.items():
        if status not in ("same", "same_words"):
            yield from (f"{SAID[status].partition(':')[0]}: {name}" for name in names)
    strange = [code for code, theme in found.codes if not theme]
    if strange:
        yield f"codes that are no theme of the codebook: {', '.join(strange)}"
    for why, n in found.not_taken.items():
        yield f"not taken, {why.replace('_', ' ')}: codings {n}"
    if found.on_record:
        yield f"on record already: codings {found.on_record}"
    if found.codings:
        yield f"figures of them: lltic themes prevalence --codings {shlex.quote(target.stem)}"
    coders = len({one.coder for one in found.codings})
    yield f"{target}: codings {len(found.codings)} by coders {coders}"
