"""The names of keys, which key does what, and how a key finds its way."""
