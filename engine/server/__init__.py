"""The engine's life: its two threads, its socket, and what passes between them."""
