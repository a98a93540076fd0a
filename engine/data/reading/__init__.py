"""From the bytes of a data file to its words: encodings, formats, columns."""
