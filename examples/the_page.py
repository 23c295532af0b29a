"""What a language model would see, to the token, and what did not fit."""

import coach

prompt = coach.render(
    "grow/reality",
    answers={"goal": "hand in my thesis by summer", "importance": 9},
    assumptions=["Evenings are free", "The supervisor knows"],
    budget=600,
)
print(prompt)
print()
print(prompt.tokens, "tokens, exact:", prompt.exact)
print(prompt.ledger)
