"""The project that `coach new` makes: files/ holds it as data, the name of its flow left open."""
