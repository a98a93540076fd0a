"""How a lab comes to be saved by itself: when, in which thread, and into which file."""
