"""The commands that need no screen, a module each."""
