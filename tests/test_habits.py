"""Habits that every line of the package keeps: time, chance, printing, loading, the web."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MAINS = {file.relative_to(ROOT).as_posix() for file in (ROOT / "lltic").rglob("__main__.py")}
HABITS: dict[str, tuple[str, set[str]]] = {
    "asks the time outside lltic.clock": (
        r"datetime\.(now|utcnow|today)|date\.today|Timestamp\.(now|today|utcnow)"
        r"|time\.(time|time_ns|localtime|gmtime|ctime|asctime)",
        {"lltic/clock.py"},
    ),
    "throws its own dice": (
        r"random\.(random|randint|choice|choices|shuffle|sample|seed|uniform|gauss)"
        r"|(np|numpy)\.random\.(?!default_rng|Generator|SeedSequence|PCG64|BitGenerator)\w+"
        r"|(.*\.)?default_rng\(\)",
        set(),
    ),
    "prints outside the command line": (r"print\(.*\)", {"lltic/cli/", *MAINS}),
    "loads what can run code": (
        r"(pickle|cPickle|dill|shelve|marshal|joblib)\.\w+|(eval|exec|__import__)\(.*\)"
        r"|yaml\.(load|load_all|unsafe_load|full_load)",
        {"lltic/definitions.py"},  # with a loader that makes text, lists and dicts only
    ),
    "shows text as HTML": (r"(widgets\.|ipywidgets\.)?(HTML|HTMLMath)\(.*\)", {"lltic/reports/"}),
}
"""What no line of the package may say, except in the places named."""

WEB = (".py", ".js", ".css", ".html", ".tpl", ".j2", ".ipynb")
NAMESPACES = ("http://www.w3.org/",)
"""Addresses that are names and are never fetched."""


def sources(*suffixes: str, under: str = "lltic") -> list[Path]:
    files = sorted(f for f in (ROOT / under).rglob("*") if f.suffix in suffixes)
    return [f for f in files if not {"__pycache__", ".ipynb_checkpoints"} & set(f.parts)]


def breaches(text: str, pattern: str) -> Iterator[tuple[int, str]]:
    """Yield the lines where code (not its words) says what the pattern describes."""
    wanted = re.compile(pattern, re.DOTALL)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Attribute, ast.Call)):
            said = ast.unparse(node)
            if wanted.fullmatch(said) or wanted.fullmatch(".".join(said.split(".")[-2:])):
                yield node.lineno, said.partition("\n")[0]


@pytest.mark.parametrize("habit", HABITS)
def test_no_line_of_the_package(habit):
    pattern, exempt = HABITS[habit]
    found = [
        f"{name}:{line}: {said}"
        for file in sources(".py")
        if not (name := file.relative_to(ROOT).as_posix()).startswith(tuple(exempt) or ("-",))
        for line, said in breaches(file.read_text("utf-8"), pattern)
    ]
    assert not found, f"{habit}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("habit", "code"),
    [
        ("asks the time outside lltic.clock", "import datetime\nx = datetime.datetime.now()"),
        ("asks the time outside lltic.clock", "from datetime import date\nx = date.today()"),
        ("asks the time outside lltic.clock", "def f(clock=time.time): ..."),
        ("throws its own dice", "import random\nrandom.shuffle(cases)"),
        ("throws its own dice", "x = np.random.normal(0, 1)"),
        ("throws its own dice", "rng = np.random.default_rng()"),
        ("prints outside the command line", "print('a')"),
        ("loads what can run code", "model = joblib.load(path)"),
        ("loads what can run code", "data = yaml.load(text, Loader=yaml.Loader)"),
        ("loads what can run code", "eval(text)"),
        ("shows text as HTML", "widgets.HTML(text)"),
        ("shows text as HTML", "HTML(value=text)"),
    ],
)
def test_each_habit_can_be_broken(habit, code):
    assert list(breaches(code, HABITS[habit][0]))


@pytest.mark.parametrize(
    ("habit", "code"),
    [
        (
            "asks the time outside lltic.clock",
            "time.monotonic()\nsystem_clock()\ndate.fromisoformat(t)",
        ),
        ("throws its own dice", "rng = np.random.default_rng(seed)\nrng.choice(cases)"),
        ("prints outside the command line", "'''print(x)'''"),
        ("loads what can run code", "re.compile(x)\njson.loads(y)\ncursor.execute(z)"),
    ],
)
def test_a_good_line_keeps_the_habit(habit, code):
    assert not list(breaches(code, HABITS[habit][0]))


def test_nothing_is_unfinished_by_its_own_words():
    words = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
    raised = re.compile(r"raise NotImplemented" + "Error")
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in sources(*WEB, ".yml")
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if words.search(line) or raised.search(line)
    ]
    assert not found, "\n".join(found)


def foreign_addresses(text: str) -> list[str]:
    """Return the web addresses in a page's parts that leave the machine.

    A name under ``.example`` belongs to nobody and never will (RFC 2606).
    """
    found = re.findall(r"""(?:https?:|wss?:|["'(])//[^\s"'`<>)\\]+""", text)
    local = re.compile(r"(?:\w+:)?//(127\.0\.0\.1|localhost|\[::1\]|[\w.-]+\.example\b(?!\.))")
    return [a for a in found if not a.startswith(NAMESPACES) and not local.match(a)]


def test_no_page_asks_another_host():
    found = [
        f"{file.relative_to(ROOT)}: {address}"
        for folder in ("lltic/ui", "notebooks")
        for file in sources(*WEB, under=folder)
        for address in foreign_addresses(file.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


def test_an_address_of_another_host_is_found():
    assert foreign_addresses('<script src="https://cdn.example.org/a.js">')
    assert foreign_addresses('<script src="//cdn.example.org/a.js">')
    assert foreign_addresses("@import url(//fonts.example.org/a.css)")
    assert not foreign_addresses('xmlns="http://www.w3.org/2000/svg"')
    assert not foreign_addresses("fetch('http://127.0.0.1:8866/')  // a comment")
    assert not foreign_addresses("{'Origin': 'http://evil.example'}")


UNSAFE_JS = re.compile(
    r"\b(inner|outer)HTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write|\beval\(|new Function\("
    r"|\bset(?:Timeout|Interval)\(\s*[\"'`]|\son\w+=[\"']"
)


def test_scripts_never_make_markup_from_text():
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in sources(".js", ".html", ".tpl", ".j2", under="lltic/ui")
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if UNSAFE_JS.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line", ["e.innerHTML = value", '<a onclick="go()">', "eval(text)", "setTimeout('go()', 3)"]
)
def test_an_unsafe_script_is_found(line):
    assert UNSAFE_JS.search(line)


def test_no_statement_changes_an_event():
    statement = re.compile(
        r"\b(UPDATE\s+events|DELETE\s+FROM\s+events)\b(?!\s+BEGIN)", re.IGNORECASE
    )
    found = [str(f) for f in sources(".py") if statement.search(f.read_text("utf-8"))]
    assert not found
