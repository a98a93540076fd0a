"""Counting what was read: characters, bigrams, words, in one pass or two."""
