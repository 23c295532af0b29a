"""An embedder for tests: the same for everybody, and near where words are shared."""

from coach.testing import FakeEmbedder


def likeness(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_the_same_text_gets_the_same_vector():
    """Of length 1, from any embedder of that kind."""
    (one,), (other,) = FakeEmbedder()(["a red car"]), FakeEmbedder()(["a red car"])
    assert one == other
    assert abs(likeness(one, one) - 1) < 1e-9


def test_words_that_are_alike_lie_near():
    """Others hardly."""
    car, truck, tree = FakeEmbedder({"truck": "car"})(["car", "truck", "tree"])
    assert likeness(car, truck) > 0.99
    assert abs(likeness(car, tree)) < 0.5


def test_it_counts_how_often_it_is_asked():
    """Once a call, however many texts."""
    embedder = FakeEmbedder()
    embedder(["a", "b"])
    assert embedder.calls == 1
