"""What leaves the shelf as a file and comes back from one: sessions, people, whole stores."""
