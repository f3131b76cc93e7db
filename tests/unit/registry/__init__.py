"""The registry's decisions, pure."""
