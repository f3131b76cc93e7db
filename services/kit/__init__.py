"""kit: what every service carries, and not one business word. Batches in, one transaction a batch, facts out."""
