"""What the literature found when case notes were read twice, to set beside one's own figures.

Facts with their source, not norms: other forms, other deaths, other readers. Care scores of
one reading agree modestly everywhere; a figure within these ranges is ordinary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["PUBLISHED", "Published", "published"]


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure.

    ``about`` is what was judged: ``quality`` of care, ``adverse_event`` (was there one),
    ``preventability`` or ``explicit`` (criteria to tick). ``kind`` is ``kappa``, ``icc`` or
    ``reliability``. ``readers`` says who is compared: ``between`` two people, ``within`` one
    person or committee, ``panels``. ``value`` is None where only a range was given; ``low``
    and ``high`` are an interval or a range, as ``note`` says.
    """

    source: str
    material: str
    about: str
    kind: str
    readers: str
    value: float | None
    low: float | None
    high: float | None
    note: str
    where: str


_HUTCHINSON = "Hutchinson 2010, Health Technol Assess 14(10)", "doi:10.3310/hta14100"
_LILFORD = "Lilford 2007", "https://pubmed.ncbi.nlm.nih.gov/17716421/"
_SARI = "Sari 2007", "https://pmc.ncbi.nlm.nih.gov/articles/PMC2653177"
_MH17 = "Manaseki-Holland 2017", "https://qualitysafety.bmj.com/content/26/5/408"
_MH19 = "Manaseki-Holland 2019", "Milbank Quarterly 2019"
_DUTCH = "Dutch committee, PMC6264838", "https://pmc.ncbi.nlm.nih.gov/articles/PMC6264838"
_KLEIN = "Klein 2019", "https://bmjopenquality.bmj.com/content/8/2/e000564"
_HANSKAMP = "Hanskamp-Sebregts", "https://pmc.ncbi.nlm.nih.gov/articles/PMC5013509"
_TRAUMA = "Trauma panels 1992", "https://pubmed.ncbi.nlm.nih.gov/1507296/"
_NOTES = "692 case notes, heart failure and COPD"


def _row(
    source: tuple[str, str],
    material: str,
    about: str,
    kind: str,
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    note: str = "",
    readers: str = "between",
) -> Published:
    name, where = source
    return Published(name, material, about, kind, readers, value, low, high, note, where)


PUBLISHED: tuple[Published, ...] = (
    _row(_HUTCHINSON, _NOTES, "quality", "icc", None, 0.46, 0.52, "range, holistic, overall"),
    _row(_HUTCHINSON, _NOTES, "quality", "icc", 0.52, 0.41, 0.62, "95 % interval, two doctors"),
    _row(_HUTCHINSON, _NOTES, "quality", "icc", 0.46, 0.34, 0.59, "95 % interval, two nurses"),
    _row(_HUTCHINSON, _NOTES, "explicit", "icc", None, 0.61, 0.88, "range, criterion-based"),
    _row(_LILFORD, "26 papers, 66 comparisons", "quality", "kappa", None, 0.32, 0.70,
         "range of means by what was judged"),
    _row(_SARI, "1,006 admissions, one English trust", "adverse_event", "kappa", 0.64),
    _row(_SARI, "1,006 admissions, one English trust", "preventability", "kappa", 0.44),
    _row(_MH17, "deaths in the United Kingdom", "preventability", "reliability", 0.27,
         note="of one review"),
    _row(_MH17, "deaths in the United States", "preventability", "reliability", None, 0.22, 0.23,
         "range, of one review"),
    _row(_MH19, "24 studies, deaths", "preventability", "kappa", None, 0.27, 0.50, "range"),
    _row(_MH19, "24 studies", "adverse_event", "kappa", None, 0.24, 0.76, "range"),
    _row(_DUTCH, "50 deaths read again", "adverse_event", "kappa", 0.66),
    _row(_DUTCH, "50 deaths read again", "preventability", "kappa", 0.03),
    _row(_DUTCH, "50 deaths read again", "adverse_event", "kappa", 0.61, readers="within"),
    _row(_DUTCH, "50 deaths read again", "preventability", "kappa", 0.64, readers="within"),
    _row(_KLEIN, "40 deaths in each of two centres", "adverse_event", "kappa", 0.47,
         note="own against the other centre's committee", readers="panels"),
    _row(_KLEIN, "40 deaths in each of two centres", "preventability", "kappa", 0.39,
         note="own against the other centre's committee", readers="panels"),
    _row(_HANSKAMP, "systematic review, two-stage record review", "adverse_event", "kappa", 0.55,
         note="pooled"),
    _row(_HANSKAMP, "systematic review, Global Trigger Tool", "adverse_event", "kappa", 0.65,
         note="pooled"),
    _row(_TRAUMA, "130 trauma deaths, injuries of the nervous system", "preventability", "kappa",
         0.40, note="three panels; all agreed on 56 %", readers="panels"),
    _row(_TRAUMA, "130 trauma deaths, other injuries", "preventability", "kappa", 0.21,
         note="three panels; all agreed on 36 %", readers="panels"),
)  # fmt: skip
"""In the order of their sources; a range where only a range was published."""


def published(about: str = "", kind: str = "", readers: str = "") -> Iterator[Published]:
    """Yield what was published about something, of a kind, and of which readers; empty: any.

    Examples
    --------
    >>> [(p.source, p.value) for p in published("adverse_event", "kappa", "within")]
    [('Dutch committee, PMC6264838', 0.61)]
    """
    for one in PUBLISHED:
        wanted = ((about, one.about), (kind, one.kind), (readers, one.readers))
        if all(asked in ("", told) for asked, told in wanted):
            yield one
