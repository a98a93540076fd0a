"""Which lab a command is about: one that runs, was saved, or begins."""
