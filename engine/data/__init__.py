"""From a file to words or one running text, their vocabulary and their counts."""
