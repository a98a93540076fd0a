"""Text for people: safe to print, with labels for characters, with dates."""
