"""onebox: everything on one machine. Owns the child processes: a real PostgreSQL, a real Kafka and the services."""
