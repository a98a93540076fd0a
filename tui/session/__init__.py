"""The talk with an engine, and what it tells."""
