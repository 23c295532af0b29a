"""Numbers written as words: 'twenty-five', 'a hundred', 'two thousand and six'."""

from itertools import pairwise

from coach.hearing.words import listed, pattern_of

SMALL = {
    word: value
    for value, word in enumerate(
        listed(
            "zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve",
            "thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen",
        )
    )
}
TENS = {
    word: value * 10
    for value, word in enumerate(
        listed("twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety"), start=2
    )
}
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
ORDINALS = {
    word: value
    for value, word in enumerate(
        listed("first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth"), start=1
    )
}
WORD = pattern_of([*SMALL, *TENS, *SCALES, "dozen"])
NUMERAL = (
    rf"(?:an?\s{{1,3}})?(?:{WORD})\b"
    rf"(?:(?:\s{{1,3}}|-)(?:(?<=d )and\s{{1,3}})?(?:{WORD})\b){{0,9}}"
)


def value_of(numeral: str) -> int | None:
    """The number that a numeral means; None for words that make no number ('one two')."""
    words = [w for w in numeral.casefold().replace("-", " ").split() if w not in ("a", "an", "and")]
    if words == ["dozen"]:
        return 12
    total, part, scales = 0, 0, [0]
    for word in words:
        if word in SCALES and word != "hundred":
            total, part = total + max(part, 1) * SCALES[word], 0
            scales.append(-SCALES[word])
        elif (part := _grown(part, word)) < 0:
            return None
    alone = "zero" not in words or len(words) == 1
    falling = all(low < high for low, high in pairwise(scales[1:]))
    return total + part if alone and falling else None


def _grown(part: int, word: str) -> int:
    """A part below one thousand with one more word; -1 when the word cannot follow."""
    if word == "hundred":
        return max(part, 1) * 100 if part < 10 else -1
    if word in TENS:
        return part + TENS[word] if part % 100 == 0 else -1
    small = SMALL.get(word)
    if small is None:
        return -1
    tens = part % 100
    fits = tens == 0 or (tens >= 20 and tens % 10 == 0 and 1 <= small <= 9)
    return part + small if fits else -1
