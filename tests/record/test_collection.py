"""Collections: late copies, and knowing what was written."""

from hypothesis import given
from hypothesis import strategies as st

from coach.record.assumption import Assumption, Assumptions
from coach.vocabulary.words import AssumptionStatus

KEYS = st.sampled_from([f"a{n}" for n in range(1, 9)])
WRITES = st.lists(
    st.tuples(
        KEYS,
        st.none() | st.sampled_from([0.1, 0.5, 0.9]),
        st.sampled_from(list(AssumptionStatus)),
        st.sampled_from([None, "goal", "due"]),
    ),
    max_size=12,
)


def write(found, writes):
    for key, confidence, status, topic in writes:
        if confidence is None:
            found.pop(key, None)
        else:
            found[key] = Assumption(
                id=key, content="x", confidence=confidence, status=status, related_to=topic
            )


def agrees(found):
    """The indexes say what a look at everything says."""
    plain = list(found.values())
    waiting = sorted((a for a in plain if a.open), key=lambda a: (a.confidence, int(a.id[1:])))
    assert list(found.open) == waiting
    for threshold in (None, 0.1, 0.5, 2.0):
        below = [a for a in waiting if threshold is None or a.confidence < threshold]
        assert found.count_open(threshold) == len(below)
    for topic in ("goal", "due"):
        about = {a.id for a in plain if a.related_to == topic}
        assert set(found.about(topic)) == about
        near = sorted(waiting, key=lambda a: (a.confidence, a.related_to != topic, int(a.id[1:])))
        assert list(found.by_interest([topic])) == near


@given(first=WRITES, second=WRITES, third=WRITES)
def test_a_fork_goes_its_own_way_and_knows_what_it_wrote(first, second, third):
    """Neither side sees the other's writes; what changed is found without looking at the rest."""
    old = Assumptions()
    write(old, first)
    before = dict(old)
    new = old.fork()
    write(new, second)
    assert dict(old) == before
    differing = {k for k in {**old, **new} if old.get(k) is not new.get(k)}
    assert set(new.changed_since(old)) == differing
    other = old.fork()
    write(old, third)
    assert dict(other) == before
    for found in (old, new, other):
        agrees(found)
    assert set(new.changed_since(old)) == {
        k for k in {**old, **new} if old.get(k) is not new.get(k)
    }


def test_a_change_that_is_taken_back_is_no_change():
    """Written, and written back: the same value stands there."""
    old = Assumptions()
    write(old, [("a1", 0.5, AssumptionStatus.UNCONFIRMED, None)])
    new = old.fork()
    kept = new.pop("a1")
    new["a1"] = kept
    assert new.changed_since(old) == []
    assert old == new == {"a1": kept}


def test_ids_are_not_given_twice():
    """Also when one in the middle is gone."""
    found = Assumptions()
    write(found, [("a1", 0.5, AssumptionStatus.UNCONFIRMED, None)])
    assert found.next_id() == "a2"
    write(found, [("a3", 0.5, AssumptionStatus.UNCONFIRMED, None)])
    assert found.next_id() == "a4"
