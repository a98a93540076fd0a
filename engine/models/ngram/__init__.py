"""The n-gram model: counting n-grams, smoothing their counts, looking them up."""
