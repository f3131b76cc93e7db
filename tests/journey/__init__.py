"""The journey: what Manyhands does, told from outside, on a real Kafka and a real PostgreSQL. Read this first."""
