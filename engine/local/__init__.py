"""The labs of this machine: their paths, names and lists, and the engine as a process."""
