"""What can be set: the values, which of them make sense, their rungs, and all limits."""
