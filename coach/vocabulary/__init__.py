"""Words that every floor shares: commands, decisions, fields."""
