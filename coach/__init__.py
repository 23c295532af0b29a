"""coachflow: guided conversations as state machines."""
