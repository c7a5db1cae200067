from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lltic.identity import is_nhs_number, nhs_check_digit
from lltic.sources.parquet import connect
from lltic.sources.staging import _nhs_number

digits = st.text("0123456789", min_size=9, max_size=9)


def right(nine: str) -> str:
    check = nhs_check_digit(nine)
    return nine + str(0 if check is None else check)


numbers = st.lists(
    digits.map(right) | st.text("0123456789 -", max_size=12) | st.sampled_from(["1" * 10, "é1"]),
    min_size=1,
)


@settings(max_examples=50, deadline=None)
@given(numbers)
@example(["999 087 3305", "9990873306", "0000000000", "٣٣٣٣٣٣٣٣٣٣"])
def test_the_sql_takes_the_numbers_that_identity_takes(texts):
    with connect() as connection:
        sql = f"SELECT {_nhs_number('t')} FROM (SELECT unnest(?) AS t)"
        kept = [row[0] for row in connection.execute(sql, [texts]).fetchall()]
    assert [value is not None for value in kept] == [is_nhs_number(text) for text in texts]
