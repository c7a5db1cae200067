"""Definitions are data: cohorts, forms, codebooks and plans as YAML files.

One loader for all of them. It reads safely (size, depth and alias limits,
duplicate keys refused, every scalar stays text until the model asks for a
number), checks the whole file at once, and identifies what it read by kind,
name, version and a hash of its content. Definitions are looked for in the
study first, then in those that come with the package.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import yaml

from lltic.errors import LlticError, Problem, UsageError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Loaded",
    "content_hash",
    "find",
    "load",
    "names",
    "parse",
    "read_yaml",
    "shipped",
    "to_yaml",
]

T = TypeVar("T")

FOLDERS = {
    "form": "review_forms",
    "cohort": "cohorts",
    "codebook": "codebooks",
    "sampling plan": "plans",
    "allocation plan": "plans",
    "exercise": "plans",
}
PREFIXES = {"allocation plan": "allocation-", "exercise": "exercise-"}
"""What the names of a kind begin with that shares its folder with another."""

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_NODES = 50_000


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """A definition as read: the model, and what identifies it."""

    kind: str
    name: str
    version: str
    hash: str
    path: Path
    model: T

    @property
    def ref(self) -> str:
        """Name, version and the start of the hash, to print beside a figure."""
        return f"{self.name} v{self.version} ({self.hash[:12]})"


class _Loader(yaml.SafeLoader):
    """YAML with every scalar as text, duplicate keys refused, and bounds on size."""

    depth = 0
    nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(None, None, "an alias (*name) is not allowed here", mark)
        self.depth += 1
        self.nodes += 1
        if self.depth > MAX_DEPTH or self.nodes > MAX_NODES:
            what = "nested too deeply" if self.depth > MAX_DEPTH else "too long"
            raise yaml.MarkedYAMLError(None, None, what, self.peek_event().start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.MarkedYAMLError(None, None, "a key must be text", key_node.start_mark)
            if key in seen:
                problem = f"the key '{key}' stands twice"
                raise yaml.MarkedYAMLError(None, None, problem, key_node.start_mark)
            seen[key] = self.construct_object(value_node, deep=True)
        return seen


def _text(loader: _Loader, node: yaml.ScalarNode) -> str | None:
    return None if node.value in ("", "~", "null") and node.style is None else node.value


_Loader.yaml_implicit_resolvers = {}
_Loader.yaml_constructors = {
    "tag:yaml.org,2002:str": _text,
    "tag:yaml.org,2002:seq": lambda loader, node: loader.construct_sequence(node, deep=True),
    "tag:yaml.org,2002:map": _Loader.mapping,
    None: yaml.constructor.SafeConstructor.construct_undefined,
}


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a YAML file as nested dicts, lists and text.

    Raises
    ------
    LlticError
        With the line, when the file cannot be read (``definition-unreadable``),
        is too large (``definition-too-large``) or is not YAML of the kind we
        take (``definition-syntax``).
    """
    hint = "Mend the file and run the command again; nothing was changed."
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise LlticError(Problem("definition-unreadable", str(path), reason, hint=hint)) from None
    if len(raw) > MAX_BYTES:
        problem = Problem(
            "definition-too-large", str(path), "too large", f"{MAX_BYTES} bytes", hint
        )
        raise LlticError(problem)
    try:
        data = yaml.load(raw.decode("utf-8"), Loader=_Loader)  # noqa: S506 - _Loader is safe
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        what = error.problem or "not valid YAML"
        raise LlticError(Problem("definition-syntax", f"{path}{line}", what, hint=hint)) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        problem = Problem("definition-syntax", str(path), "not valid YAML in UTF-8", hint=hint)
        raise LlticError(problem) from None
    if not isinstance(data, dict):
        what = "the file must be a list of 'key: value' lines at its top level"
        raise LlticError(Problem("definition-syntax", str(path), what, hint=hint))
    return data


class _Dumper(yaml.SafeDumper):
    """YAML as :class:`_Loader` takes it: no aliases, list entries indented."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def to_yaml(data: Any) -> str:
    """Return plain data as YAML that :func:`read_yaml` reads, in the order it has.

    Examples
    --------
    >>> print(to_yaml({"options": [{"value": "no", "label": "Not at all"}]}), end="")
    options:
      - value: 'no'
        label: Not at all
    """
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def content_hash(data: Any) -> str:
    """Return the SHA-256 of plain data in canonical form; comments do not count.

    Examples
    --------
    >>> content_hash({"b": "1", "a": []}) == content_hash({"a": [], "b": "1"})
    True
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def parse(model: type[T], data: Any, where: str) -> T:
    """Return plain data as a frozen model, or every problem in it at once.

    Parameters
    ----------
    model : type
        A data class or pydantic model; unknown keys are refused when it says
        ``__pydantic_config__ = {"extra": "forbid"}``.
    data : object
        What :func:`read_yaml` returned.
    where : str
        The file, for messages.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(model).validate_python(data)
    except ValidationError as error:
        raise LlticError([_as_problem(e, where) for e in error.errors()]) from None


SHAPES = {
    "tuple": ("is not a list", "a list, also of one: [yes]"),
    "list": ("is not a list", "a list, also of one: [yes]"),
    "string": ("is not a text", "one text"),
    "int": ("is not a whole number", "a whole number"),
    "float": ("is not a number", "a number"),
    "bool": ("is neither true nor false", "true, false"),
    "dict": ("has no keys of its own", "keys with values: {key: value}"),
    "dataclass": ("has no keys of its own", "keys with values: {key: value}"),
}
"""What is wrong with a value of another shape, and which shape is wanted, in an author's words."""


def _as_problem(error: Any, where: str) -> Problem:
    path = ".".join(str(part) for part in error["loc"])
    context = error.get("ctx") or {}
    allowed = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    kinds = {
        "missing": "definition-missing-key",
        "extra_forbidden": "definition-unknown-key",
        "unexpected_keyword_argument": "definition-unknown-key",
    }
    messages = {
        "definition-missing-key": "this key is needed and not there",
        "definition-unknown-key": "this key is not known here",
    }
    code = kinds.get(error["type"], "definition-wrong-value")
    message = messages.get(code) or error["msg"].removeprefix("Value error, ")
    shape = error["type"].split("_")[0]
    if error["type"] == "literal_error":
        message = "is not one of the words that can stand here"
    elif shape in SHAPES and error["type"] in (f"{shape}_type", f"{shape}_parsing"):
        message, allowed = SHAPES[shape]
    return Problem(code, f"{where}: {path}" if path else where, message, allowed)


def _roots(kind: str, study: Path | None) -> Iterator[Path]:
    folder = FOLDERS[kind]
    if study is not None:
        yield study / folder
    yield shipped(kind)


def shipped(kind: str) -> Path:
    """Return the folder of the definitions that come with the package.

    In a clone they are the top-level folders; in an installed package they
    travel inside it.
    """
    folder = FOLDERS[kind]
    inside = Path(str(resources.files("lltic"))) / "_definitions" / folder
    return inside if inside.is_dir() else Path(__file__).resolve().parents[1] / folder


def names(kind: str, study: Path | None = None) -> list[str]:
    """Return the names of all definitions of a kind (``form``, ``cohort``, …), sorted."""
    found = {path.stem for root in _roots(kind, study) for path in root.glob("*.yml")}
    if kind in PREFIXES:
        return sorted(name for name in found if name.startswith(PREFIXES[kind]))
    others = tuple(PREFIXES[k] for k in PREFIXES if FOLDERS[k] == FOLDERS[kind])
    return sorted(name for name in found if not name.startswith(others))


def find(kind: str, name: str, study: Path | None = None) -> Path:
    """Return the file of a definition: the study's own, else the one shipped.

    Raises
    ------
    UsageError
        ``unknown-cohort``, ``unknown-form``, … naming the known ones.
    """
    known = names(kind, study)
    if name in known:
        for root in _roots(kind, study):
            path = root / f"{name}.yml"
            if path.is_file():
                return path
    raise UsageError(unknown(kind, name, known))


def load(kind: str, name: str, model: type[T], study: Path | None = None) -> Loaded[T]:
    """Find, read, check and hash one definition.

    The file says ``name`` and ``version`` at its top; the name must be the
    file's own, so that a copy under another name is noticed.
    """
    path = find(kind, name, study)
    data = read_yaml(path)
    parsed = parse(model, data, str(path))
    said = str(data.get("name", ""))
    if said != name:
        message = f"the file says 'name: {said}'"
        raise LlticError(Problem("definition-name", str(path), message, name))
    version = str(data.get("version", ""))
    return Loaded(kind, name, version, content_hash(data), path, parsed)
