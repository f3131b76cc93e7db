"""services: those that do the work, the kit they carry, the words they share, and what runs them all on one machine."""
