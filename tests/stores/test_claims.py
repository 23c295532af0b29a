"""How long a session may be leased."""

import pytest

from coach.errors import InvalidValue
from coach.stores.claims import checked_lease


@pytest.mark.parametrize("seconds", [0, -1, 3_601, float("nan")])
def test_a_lease_that_nobody_would_believe_is_refused(seconds: float):
    """One that ends so late would be taken for one of a clock that was set back."""
    with pytest.raises(InvalidValue, match="up to 3,600 seconds"):
        checked_lease(seconds)


def test_a_lease_lasts_a_minute_unless_told():
    """Or as long as one says."""
    assert (checked_lease(None), checked_lease(3_600)) == (60.0, 3_600)
