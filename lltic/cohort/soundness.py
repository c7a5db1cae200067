"""What makes a definition sound: every problem of a file, at once, with what would be right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lltic.cohort.adjust import ADJUSTABLE
from lltic.cohort.model import CLASS_RULES, CORE_RULES, EXCLUSIONS, Definition
from lltic.errors import Problem

__all__ = ["needed_rules", "permitted_rules", "problems_of"]

MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")

PERIOD = ("month", "died_from", "died_to")


def needed_rules(definition: Definition) -> tuple[str, ...]:
    """Return the exclusions that must be there for what the definition says elsewhere."""
    needed = set(CORE_RULES)
    population, window = definition.population, definition.window
    if any(getattr(population, name) for name in PERIOD):
        needed.add("outside-period")
    if population.minimum_age is not None:
        needed.add("under-age")
    if population.patient_classes is not None:
        needed |= {r for c, r in CLASS_RULES.items() if c not in population.patient_classes}
    if population.excluded_providers:
        needed.add("excluded-provider")
    if population.excluded_specialties:
        needed.add("excluded-specialty")
    if "in_hospital" not in definition.inclusion:
        needed.add("died-in-hospital")
    if "post_discharge" in definition.inclusion:
        needed.add("discharged-after-death")
    else:
        needed.add("not-in-hospital")
    if window is not None:
        needed.add(
            "outside-window" if window.counted_from == "discharge" else "outside-admission-window"
        )
    return tuple(rule for rule in EXCLUSIONS if rule in needed)


def permitted_rules(definition: Definition) -> tuple[str, ...]:
    """Return the exclusions that may be there: those needed, now or once a value is adjusted.

    ``stillbirth`` needs nothing else, so every definition may have it.
    """
    permitted, adjustable = {"stillbirth", *needed_rules(definition)}, set(definition.adjustable)
    if adjustable & set(PERIOD):
        permitted.add("outside-period")
    if "minimum_age" in adjustable:
        permitted.add("under-age")
    if "patient_classes" in adjustable:
        permitted |= set(CLASS_RULES.values())
    if "excluded_providers" in adjustable:
        permitted.add("excluded-provider")
    if "excluded_specialties" in adjustable:
        permitted.add("excluded-specialty")
    return tuple(rule for rule in EXCLUSIONS if rule in permitted)


def problems_of(definition: Definition, where: str) -> list[Problem]:
    """Return everything that is wrong with a parsed definition.

    The codes are ``cohort-missing-rule``, ``cohort-idle-rule``, ``cohort-rule-order``,
    ``cohort-window``, ``cohort-inclusion``, ``cohort-settings``, ``cohort-patient-classes``,
    ``cohort-period``, ``cohort-attribution``, ``cohort-parameters``, ``cohort-mark`` and
    ``cohort-adjustable``.
    """
    checks = (_rules, _window, _lists, _period, _attribution, _parameters, _marks, _adjustable)
    return [problem for check in checks for problem in check(definition, where)]


def _rules(definition: Definition, where: str) -> Iterator[Problem]:
    rules, needed = definition.rules, needed_rules(definition)
    permitted = permitted_rules(definition)
    at = f"{where}: exclusions"
    for rule in needed:
        if rule not in rules:
            message = f"the rule {rule} is needed and not there"
            yield Problem("cohort-missing-rule", at, message, ", ".join(needed))
    for rule in rules:
        if rule not in permitted:
            message = f"the rule {rule} has nothing to do in this definition"
            yield Problem("cohort-idle-rule", at, message, ", ".join(permitted))
    if sorted(rules, key=EXCLUSIONS.index) != list(rules) or len(set(rules)) != len(rules):
        message = "the rules must stand once each and in this order"
        yield Problem("cohort-rule-order", at, message, ", ".join(permitted))


def _window(definition: Definition, where: str) -> Iterator[Problem]:
    window, at = definition.window, f"{where}: window"
    after = "post_discharge" in definition.inclusion
    if after and window is None:
        message = "deaths after discharge need a window"
        yield Problem("cohort-window", at, message, "days_min, days_max")
    if window is None:
        return
    if not after and window.counted_from == "discharge":
        yield Problem("cohort-window", at, "only deaths after discharge have a window from it")
    if not 0 <= window.days_min <= window.days_max:
        message = "must be 0 or more, and days_max not below days_min"
        yield Problem("cohort-window", at, message)


def _lists(definition: Definition, where: str) -> Iterator[Problem]:
    population, inclusion = definition.population, definition.inclusion
    if not inclusion or len(set(inclusion)) != len(inclusion):
        message = "names one or both kinds of death, once each"
        allowed = "in_hospital, post_discharge"
        yield Problem("cohort-inclusion", f"{where}: inclusion", message, allowed)
    if not population.settings:
        message = "names at least one kind of spell"
        allowed = "acute, community, mental_health"
        yield Problem("cohort-settings", f"{where}: population", message, allowed)
    classes = population.patient_classes
    if classes is not None and "ordinary" not in classes:
        message = "must name ordinary, which is also a spell without a class"
        allowed = ", ".join(("ordinary", *CLASS_RULES))
        yield Problem("cohort-patient-classes", f"{where}: population", message, allowed)


def _period(definition: Definition, where: str) -> Iterator[Problem]:
    population, at = definition.population, f"{where}: population"
    if population.month and not MONTH.fullmatch(population.month):
        yield Problem("cohort-period", at, "month is not a month", "YYYY-MM, such as 2016-10")
        return
    if population.month and (population.died_from or population.died_to):
        yield Problem("cohort-period", at, "names a month and other dates", "one or the other")
    first, last = population.period
    if first and last and first > last:
        yield Problem("cohort-period", at, "died_to is before died_from")


def _attribution(definition: Definition, where: str) -> Iterator[Problem]:
    named = definition.attribution == "last_non_excluded_provider"
    if named and "excluded-provider" not in permitted_rules(definition):
        message = "last_non_excluded_provider needs a list of excluded_providers"
        allowed = "provider_of_index_spell"
        yield Problem("cohort-attribution", f"{where}: attribution", message, allowed)


def _parameters(definition: Definition, where: str) -> Iterator[Problem]:
    parameters = definition.parameters
    for name in ("late_registration_days", "superspell_gap_days"):
        if getattr(parameters, name) < 0:
            yield Problem("cohort-parameters", f"{where}: parameters.{name}", "must be 0 or more")


def _marks(definition: Definition, where: str) -> Iterator[Problem]:
    at = f"{where}: marks"
    for name, times in Counter(mark.mark for mark in definition.marks).items():
        if times > 1:
            yield Problem("cohort-mark", at, f"{name} stands {times} times", "once each")
    for mark in definition.marks:
        parts = ("flags", "specialties", "diagnoses", "admission_methods")
        later = any(ADJUSTABLE[name][0] == mark.mark for name in _known(definition))
        if not later and not any(getattr(mark, part) for part in parts):
            message = f"{mark.mark} says of nobody that they are meant"
            yield Problem("cohort-mark", at, message, ", ".join(parts))


def _known(definition: Definition) -> list[str]:
    return [name for name in definition.adjustable if name in ADJUSTABLE]


def _adjustable(definition: Definition, where: str) -> Iterator[Problem]:
    marks = {mark.mark for mark in definition.marks}
    there = {"population", "parameters", *marks} | ({"window"} if definition.window else set())
    allowed = [name for name, (part, _) in ADJUSTABLE.items() if part in there]
    for name in definition.adjustable:
        if name not in allowed:
            message = f"{name} cannot be adjusted in this definition"
            at = f"{where}: adjustable"
            yield Problem("cohort-adjustable", at, message, ", ".join(allowed))
