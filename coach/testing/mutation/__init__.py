"""Flow mutation: small faults in a flow, and the stories that notice them."""

from coach.testing.mutation.catalogue import mutants
from coach.testing.mutation.mutant import Fate, Mutant, Verdict
from coach.testing.mutation.report import MutationReport
from coach.testing.mutation.running import mutate

__all__ = ["Fate", "Mutant", "MutationReport", "Verdict", "mutants", "mutate"]
