"""The labs of this machine: paths, names, lists, the engine as a process."""
