"""A lab as a file: its format, its checks, reading and writing; `saving/` decides when."""
