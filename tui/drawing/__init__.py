"""From values to shades, bars, numbers and lines; the themes."""
