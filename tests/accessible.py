"""What a page must be for everybody: axe-core's rules, and what axe-core does not look at."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from npm_packages import installed
from playwright.sync_api import Page

__all__ = ["FULL", "QUICK", "Look", "axe_source", "faults", "looking"]

FOLDER = Path(__file__).parent / "axe"
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
ADVICE = ("best-practice",)
COLOUR = ("color-contrast", "link-in-text-block")
DESKTOP = (1366, 768)
SETTLE = 120  # milliseconds that a drawing may take to follow the window's size


@dataclass(frozen=True)
class Look:
    """One way to look at a page: a size, a theme, and what is asked of it."""

    name: str
    size: tuple[int, int] = DESKTOP
    media: dict[str, str] = field(default_factory=dict)
    axe: str = "all"  # "all", "shape" (all but colours), "colour" or "" (axe-core is not asked)
    checks: tuple[str, ...] = ("reflow",)


QUICK = (
    Look("light", checks=("reflow", "names")),
    Look("dark", media={"color_scheme": "dark"}, axe="colour", checks=()),
    Look("320 px", (320, 640), axe="shape", checks=("reflow", "spacing")),
)
"""What CI asks of every state."""

FULL = (
    *QUICK,
    Look("200 %", (683, 384), axe="shape"),
    Look("400 %", (341, 192), axe="shape"),
    Look("320 px, dark", (320, 640), {"color_scheme": "dark"}, axe="colour"),
    Look("high contrast", media={"forced_colors": "active"}, axe="", checks=("edges",)),
    Look("text spacing", checks=("spacing",), axe="shape"),
    Look("reduced motion", media={"reduced_motion": "reduce"}, axe="", checks=("still",)),
    Look("by keyboard", axe="", checks=("focus",)),
    Look("by keyboard, 200 %", (683, 384), axe="", checks=("focus",)),
    Look("by keyboard, 320 px", (320, 640), axe="", checks=("focus",)),
)
"""What is asked of the richest pages in CI, and of every state by ``make soak``."""


@cache
def axe_source() -> str:
    """Return axe-core's script, by the version and hash that ``tests/axe`` names.

    Raises
    ------
    FileNotFoundError
        When it is not there and there is no npm to fetch it with.
    """
    return (installed(FOLDER, "axe-core") / "axe.min.js").read_text("utf-8")


@contextlib.contextmanager
def looking(page: Page, look: Look) -> Iterator[None]:
    """Look at a page in one way, and leave it as it was."""
    usual = {"color_scheme": "light", "forced_colors": "none", "reduced_motion": "no-preference"}
    page.emulate_media(**{**usual, **look.media})  # type: ignore[arg-type]
    width, height = look.size
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(SETTLE)
    yield
    page.emulate_media(**usual)  # type: ignore[arg-type]
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})


def faults(page: Page, state: str, looks: Sequence[Look], advice: bool = False) -> list[str]:
    """Return all that is wrong with a page in these looks, one line for each.

    Parameters
    ----------
    advice : bool
        True asks for axe-core's best practices too, beyond the standard.
    """
    found: list[str] = []
    for look in looks:
        with looking(page, look):
            wrong = _axe(page, look.axe, advice) if look.axe else []
            for check in look.checks:
                wrong += page.evaluate(CHECKS[check])
            found += [f"{state} [{look.name}] {one}" for one in wrong]
    return found


def _axe(page: Page, part: str, advice: bool) -> list[str]:
    if not page.evaluate("Boolean(globalThis.axe)"):
        page.evaluate(axe_source())
    tags = [*STANDARD, *(ADVICE if advice else ())]
    rules = {name: {"enabled": part != "shape"} for name in COLOUR}
    only = {"type": "rule", "values": list(COLOUR)} if part == "colour" else None
    options = {
        "runOnly": only or {"type": "tag", "values": tags},
        "rules": {"target-size": {"enabled": part != "colour"}, **rules},
        "resultTypes": ["violations"],
        "preload": False,
    }
    wrong: list[str] = page.evaluate(RUN, options)
    return wrong


RUN = """async (options) => {
  const { violations } = await axe.run(document, options);
  return violations.flatMap((v) => v.nodes.map((n) =>
    `${v.id} ${n.target.join(" ")}: ${(n.failureSummary ?? v.help).replace(/\\s+/g, " ").slice(0, 260)}`));
}"""  # noqa: E501

COMMON = """
  const shown = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const name = (e) => `${e.tagName.toLowerCase()}.${[...e.classList].join(".")}`
    + ` "${(e.innerText ?? "").trim().slice(0, 40)}"`;
  const clipped = (e) => e && e !== document.body
    && (getComputedStyle(e).clipPath.startsWith("inset(50%") || clipped(e.parentElement));
  const secret = (e) => clipped(e) || e.closest(".lltic-skip, .door-skip");
"""

REFLOW = """() => {%s
  const root = document.scrollingElement;
  if (root.scrollWidth <= innerWidth) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((e) => shown(e) && !secret(e)
    && e.getBoundingClientRect().right > innerWidth + 1).slice(-3).map(name);
  return [`reflow: ${root.scrollWidth} px of content in ${innerWidth} px: ${wide.join(" | ")}`];
}"""

SPACING = """() => {%s
  const sheet = document.createElement("style");
  sheet.textContent = `* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important; } p { margin-bottom: 2em !important; }`;
  document.head.append(sheet);
  const root = document.scrollingElement;
  const found = root.scrollWidth > innerWidth ? [`spacing: ${root.scrollWidth} px wide`] : [];
  const cut = (e) => {
    const style = getComputedStyle(e);
    const [x, y] = [style.overflowX, style.overflowY].map((o) => ["hidden", "clip"].includes(o));
    return (x && e.scrollWidth > e.clientWidth + 2) || (y && e.scrollHeight > e.clientHeight + 2);
  };
  for (const e of document.body.querySelectorAll("*")) {
    if (e.closest("svg") || secret(e) || !shown(e) || !e.innerText?.trim()) continue;
    if (e.clientHeight > 1 && cut(e)) found.push(`spacing: cut off ${name(e)}`);
  }
  sheet.remove();
  return found;
}"""

STILL = """() => document.getAnimations().filter((a) => a.playState === "running"
    && (a.effect.getComputedTiming().duration || 0) > 5).map((a) => `moves: ${a.animationName}`)"""

EDGES = """() => {%s
  const able = "button:not(.lltic-link), input, select, textarea, [role=tab], .lltic-tag, .door button";
  const bare = (e) => {
    const s = getComputedStyle(e);
    return s.appearance === "none" && ["Top", "Right", "Bottom", "Left"].every((side) =>
      s[`border${side}Style`] === "none" || s[`border${side}Width`] === "0px");
  };
  return [...document.querySelectorAll(able)].filter((e) => shown(e) && bare(e))
    .map((e) => `edges: none around ${name(e)}`);
}"""  # noqa: E501

NAMES = """() => {
  const found = [];
  const titles = document.querySelectorAll("h1");
  if (titles.length !== 1) found.push(`headings: ${titles.length} of the first level`);
  if (!document.title.includes(" – ")) found.push(`title: ${document.title}`);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
  if (twice.length) found.push(`ids twice: ${[...new Set(twice)].join(", ")}`);
  return found;
}"""

FOCUS = """async () => {%s
  const found = [];
  const before = document.activeElement;
  const able = "a[href], button, input, select, textarea, summary, [tabindex]";
  const paint = (e) => {
    const s = getComputedStyle(e);
    return [s.outlineStyle === "none" ? "" : s.outlineWidth + s.outlineColor, s.boxShadow,
      s.backgroundColor, s.borderColor].join();
  };
  for (const e of document.querySelectorAll(able)) {
    if (e.tabIndex < 0 || e.disabled || !shown(e) || e.type === "hidden") continue;
    if (document.activeElement === e) e.blur(); // a dialog puts the focus into its first field
    const plain = paint(e);
    e.focus({ focusVisible: true });
    if (document.activeElement !== e) continue; // behind a dialog
    await new Promise((r) => requestAnimationFrame(r));
    if (paint(e) === plain) found.push(`focus: not to be seen on ${name(e)}`);
    const [r] = e.getClientRects();
    if (!r) continue;
    const x = Math.min(Math.max(r.left + r.width / 2, 0), innerWidth - 1);
    const [top, end] = [Math.max(r.top, 0) + 2, Math.min(r.bottom, innerHeight) - 2];
    const ys = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1].map((part) => top + part * (end - top));
    const seen = ys.some((y) => {
      const top = document.elementFromPoint(x, y);
      return top && (e.contains(top) || top.contains(e) || e.labels?.[0]?.contains(top));
    });
    const over = document.elementFromPoint(x, Math.min(Math.max(r.top, 0), innerHeight - 1));
    if (!seen) found.push(`focus: hidden ${name(e)} by ${over ? name(over) : "nothing"}`);
  }
  before?.focus?.({ preventScroll: true });
  return found;
}"""

CHECKS = {
    "reflow": REFLOW % COMMON,
    "spacing": SPACING % COMMON,
    "still": STILL,
    "edges": EDGES % COMMON,
    "names": NAMES,
    "focus": FOCUS % COMMON,
}
