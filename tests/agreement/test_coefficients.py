"""Every coefficient against published values and public implementations, and where it ends."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from rating_sets import CANONICAL, FIVE, LEVELS, X, rated_alike

from lltic.agreement import (
    WEIGHTS,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    from_table,
    gwet_ac,
    krippendorff_alpha,
    krippendorff_alpha_by_distance,
    percent_agreement,
    scott_pi,
    weight_matrix,
)
from lltic.errors import LlticError, NotComputable, UsageError

FUNCTIONS = {
    "raw agreement": percent_agreement,
    "Fleiss": fleiss_kappa,
    "Scott": scott_pi,
    "Cohen": cohen_kappa,
    "Conger": conger_kappa,
    "Gwet": gwet_ac,
    "Brennan-Prediger": brennan_prediger,
    "alpha": krippendorff_alpha,
    "alpha by distance": krippendorff_alpha_by_distance,
}

# Credits that depend on who said which: the second reader may go one step higher for free.
ONE_SIDED = [[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 1, 1], [0, 0, 0, 0, 1]]


# The kappa paradox: raw agreement is high and kappa is not.
@pytest.mark.parametrize(
    ("table", "raw", "kappa", "ac1", "pabak"),
    [
        ([[90, 5], [5, 0]], 0.90, -0.053, 0.890, 0.80),
        ([[45, 5], [5, 45]], 0.90, 0.800, 0.800, 0.80),
        ([[0, 3], [2, 95]], 0.95, -0.025, 0.947, 0.90),
    ],
)
def test_kappa_paradox(table, raw, kappa, ac1, pabak):
    ratings = from_table(table)
    assert percent_agreement(ratings, (1, 2)).value == pytest.approx(raw)
    assert round(cohen_kappa(ratings, (1, 2)).value, 3) == kappa
    assert round(gwet_ac(ratings, (1, 2)).value, 3) == ac1
    assert round(brennan_prediger(ratings, (1, 2)).value, 2) == pabak


@pytest.mark.parametrize(
    ("weights", "raw", "kappa", "ac", "bp"),
    [
        ("identity", 0.6100, 0.4690, 0.5223, 0.5125),
        ("linear", 0.8950, 0.6374, 0.7663, 0.7375),
        ("quadratic", 0.9700, 0.7863, 0.9037, 0.8800),
    ],
)
def test_care_score_table(weights, raw, kappa, ac, bp):
    assert round(percent_agreement(FIVE, LEVELS, weights).value, 4) == raw
    assert round(cohen_kappa(FIVE, LEVELS, weights).value, 4) == kappa
    assert round(gwet_ac(FIVE, LEVELS, weights).value, 4) == ac
    assert round(brennan_prediger(FIVE, LEVELS, weights).value, 4) == bp


@pytest.mark.parametrize(
    ("distance", "alpha"),
    [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491), ("ratio", 0.7974)],
)
def test_krippendorffs_own_example(distance, alpha):
    assert round(krippendorff_alpha_by_distance(CANONICAL, LEVELS, distance).value, 4) == alpha


def test_a_second_published_example_of_alpha():
    """Fifteen units, three coders, most of them unrated (the example of fast-krippendorff)."""
    coders = np.array(
        [
            [X, X, X, X, X, 3, 4, 1, 2, 1, 1, 3, 3, X, 3],
            [1, X, 2, 1, 3, 3, 4, 3, X, X, X, X, X, X, X],
            [X, X, 2, 1, 3, 4, 4, X, 2, 1, 1, 3, 3, X, 4],
        ]
    ).T
    assert round(krippendorff_alpha(coders, (1, 2, 3, 4)).value, 6) == 0.691358
    assert round(krippendorff_alpha(coders, (1, 2, 3, 4), "quadratic").value, 6) == 0.810845


def test_two_numbers_are_called_ordinal_alpha_and_each_says_which_it_is():
    by_weights = krippendorff_alpha(CANONICAL, LEVELS, "ordinal")
    by_distance = krippendorff_alpha_by_distance(CANONICAL, LEVELS)
    assert (round(by_weights.value, 4), by_weights.name) == (0.8336, "alpha, ordinal weights")
    assert (round(by_distance.value, 4), by_distance.name) == (0.8154, "alpha, ordinal distance")
    above = (by_distance.observed - by_distance.expected) / (1 - by_distance.expected)
    assert above == pytest.approx(by_distance.value)


def diagnoses(data_dir) -> np.ndarray:
    with (data_dir / "agreement/irr/diagnoses.csv").open() as stream:
        return np.array([[int(cell[0]) for cell in row] for row in list(csv.reader(stream))[1:]])


def test_fleiss_of_rs_irr_on_thirty_patients_and_six_psychiatrists(data_dir):
    ratings = diagnoses(data_dir)
    assert round(fleiss_kappa(ratings, LEVELS).value, 3) == 0.430
    assert round(conger_kappa(ratings, LEVELS).value, 3) == 0.442  # kappam.fleiss(exact=TRUE)
    of_each = [fleiss_kappa((ratings == level) * 1, (0, 1)).value for level in LEVELS]
    assert np.round(of_each, 3).tolist() == [0.245, 0.245, 0.520, 0.471, 0.566]


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
def test_cohen_is_scikit_learns_and_statsmodels(weights):
    from sklearn.metrics import cohen_kappa_score
    from statsmodels.stats.inter_rater import cohens_kappa

    of = {"identity": None, "linear": "linear", "quadratic": "quadratic"}[weights]
    generator = np.random.default_rng(3)
    for kappa in (0.0, 0.4, 0.9):
        ratings = rated_alike(generator, 80, kappa)
        ours = cohen_kappa(ratings, LEVELS, weights)
        theirs = cohen_kappa_score(*ratings.T, labels=LEVELS, weights=of)
        assert ours.value == pytest.approx(theirs, abs=1e-12)
        counts = [[(ratings == (a, b)).all(axis=1).sum() for b in LEVELS] for a in LEVELS]
        # Its standard error is Fleiss, Cohen and Everitt's: ours, as from a table.
        table = cohens_kappa(np.array(counts), wt={None: None, "linear": "linear"}.get(of, "fc"))
        assert ours.value == pytest.approx(table.kappa, abs=1e-12)
        assert ours.as_from_table().se == pytest.approx(table.std_kappa, abs=1e-12)


@pytest.mark.parametrize("readers", [2, 3, 6])
def test_fleiss_is_statsmodels(readers):
    from statsmodels.stats.inter_rater import aggregate_raters
    from statsmodels.stats.inter_rater import fleiss_kappa as theirs

    ratings = rated_alike(np.random.default_rng(readers), 60, 0.5, readers)
    counts, _ = aggregate_raters(ratings.astype(int), 6)
    ours = fleiss_kappa(ratings, LEVELS)
    assert ours.value == pytest.approx(theirs(counts, method="fleiss"), abs=1e-12)
    # Its "uniform" kappa is Randolph's, which is Brennan and Prediger's, on levels 0 to 5.
    even = brennan_prediger(ratings, (0, *LEVELS))
    assert even.value == pytest.approx(theirs(counts, method="uniform"), abs=1e-12)


def test_scott_is_fleiss_of_two():
    ours = scott_pi(FIVE, LEVELS, "linear")
    of_any = fleiss_kappa(FIVE, LEVELS, "linear")
    assert (ours.value, ours.se) == pytest.approx((of_any.value, of_any.se))


def test_cohens_kappa_does_read_meaning_into_positions():
    """Why it is not used for pairs that change: swapping half the rows changes it."""
    ratings = np.array([[1, 2]] * 20 + [[2, 2]] * 20 + [[1, 1]] * 20, dtype=float)
    half = ratings.copy()
    half[:10] = half[:10, ::-1]
    assert abs(cohen_kappa(ratings, (1, 2)).value - cohen_kappa(half, (1, 2)).value) > 0.02
    assert fleiss_kappa(ratings, (1, 2)).value == pytest.approx(fleiss_kappa(half, (1, 2)).value)


def test_credits_may_depend_on_who_said_which_between_two_named_readers():
    """The second reader one step higher is forgiven; the same one step lower is not."""
    higher = from_table(np.eye(5, k=1).astype(int) * 5)
    for function in (cohen_kappa, scott_pi, gwet_ac, brennan_prediger, krippendorff_alpha):
        assert function(higher, LEVELS, ONE_SIDED).observed == pytest.approx(1, abs=1e-9)
        lower = function(higher[:, ::-1], LEVELS, ONE_SIDED)
        assert lower.observed < 0.03


def test_one_rating_of_two_named_readers_is_no_pair():
    gaps = np.vstack([FIVE, [[1, X], [X, 4]]])
    for function in (percent_agreement, krippendorff_alpha):
        assert function(gaps, LEVELS, ONE_SIDED).value == pytest.approx(
            function(FIVE, LEVELS, ONE_SIDED).value
        )
    for function in (cohen_kappa, scott_pi, gwet_ac):
        assert function(gaps, LEVELS, ONE_SIDED).observed == pytest.approx(
            function(FIVE, LEVELS, ONE_SIDED).observed
        )


def test_elsewhere_credits_that_depend_on_who_is_first_are_refused():
    three = rated_alike(np.random.default_rng(1), 20, 0.5, 3)
    for function, ratings in ((fleiss_kappa, FIVE), (conger_kappa, three), (gwet_ac, three)):
        with pytest.raises(UsageError) as caught:
            function(ratings, LEVELS, ONE_SIDED)
        assert caught.value.codes == ("bad-weights",)


@pytest.mark.parametrize("function", [cohen_kappa, scott_pi])
def test_two_named_readers_are_two(function):
    with pytest.raises(UsageError) as caught:
        function(CANONICAL, LEVELS)
    assert caught.value.codes == ("not-two-readers",)
    assert "_kappa" in caught.value.problems[0].hint


def test_a_named_reader_who_read_nothing():
    with pytest.raises(NotComputable) as caught:
        conger_kappa([[1, 2, X], [1, 1, X], [2, 2, X]], (1, 2))
    assert caught.value.codes == ("idle-reader",)


@pytest.mark.parametrize("name", ["Fleiss", "Scott", "Cohen", "Conger", "alpha"])
def test_one_level_only_is_undefined_for_kappa_and_alpha(name):
    with pytest.raises(NotComputable) as caught:
        FUNCTIONS[name]([[4, 4]] * 10, LEVELS)
    assert caught.value.codes == ("one-category",)


def test_one_level_only_is_undefined_for_alpha_by_distance():
    with pytest.raises(NotComputable) as caught:
        krippendorff_alpha_by_distance([[4, 4]] * 10, LEVELS)
    assert caught.value.codes == ("one-category",)


def test_one_level_only_is_full_agreement_for_ac_and_bp():
    assert gwet_ac([[4, 4]] * 10, LEVELS).value == 1
    assert brennan_prediger([[4, 4]] * 10, LEVELS).value == 1


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_fewer_than_two_cases_rated_twice(name):
    for ratings in (np.empty((0, 2)), [[1, 2]], [[1, 2], [3, X], [X, 4], [X, X]]):
        with pytest.raises(NotComputable) as caught:
            FUNCTIONS[name](ratings, LEVELS)
        assert caught.value.codes == ("too-few-cases",)


def test_ratings_scales_and_names_that_cannot_be():
    with pytest.raises(LlticError) as caught:
        fleiss_kappa([[1, 6], [7, 2], [3, 3]], LEVELS)
    assert caught.value.codes == ("rating-outside-scale",)
    assert caught.value.problems[0].count == 2
    for levels in ((1,), (1, 1, 2)):
        with pytest.raises(LlticError) as caught:
            fleiss_kappa([[1, 1], [1, 1]], levels)
        assert caught.value.codes == ("bad-scale",)
    with pytest.raises(UsageError) as caught:
        fleiss_kappa([[1, 2], [2, 2]], LEVELS, "quadratik")
    assert caught.value.codes == ("unknown-weights",)
    assert "quadratic" in str(caught.value)
    with pytest.raises(UsageError) as caught:
        krippendorff_alpha_by_distance([[1, 2], [2, 2]], LEVELS, "ordnal")
    assert caught.value.codes == ("unknown-distance",)
    for table in ([[1, 2]], [[1, -1], [0, 1]], [[0.5, 1], [1, 1]]):
        with pytest.raises(LlticError) as caught:
            from_table(table)
        assert caught.value.codes == ("bad-ratings",)


def test_weights_that_cannot_be():
    for weights in (np.ones((4, 4)), np.zeros((5, 5)), np.full((5, 5), X)):
        with pytest.raises(UsageError) as caught:
            weight_matrix(weights, LEVELS)
        assert caught.value.codes == ("bad-weights",)
    with pytest.raises(UsageError) as caught:
        weight_matrix("ratio", (0, 1, 2))
    assert caught.value.codes == ("bad-weights",)


@pytest.mark.parametrize("weights", sorted(WEIGHTS))
def test_every_kind_of_weights_is_a_table_of_credits(weights):
    w = weight_matrix(weights, LEVELS)
    assert (np.diag(w) == 1).all()
    assert (w == w.T).all()
    assert w.min() == pytest.approx(0)
    assert w.max() == 1


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"raw agreement"}))
def test_the_standard_error_is_nearly_the_jackknifes(name):
    """On many cases they are one; a wrong slope of chance agreement would show here."""
    ratings = rated_alike(np.random.default_rng(12), 400, 0.5)
    function = FUNCTIONS[name]
    extra = () if name == "alpha by distance" else ("linear",)
    values = [function(np.delete(ratings, i, axis=0), LEVELS, *extra).value for i in range(400)]
    jackknife = np.sqrt(399 * np.var(values))
    assert function(ratings, LEVELS, *extra).se == pytest.approx(jackknife, rel=0.01)
