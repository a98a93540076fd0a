"""The statistics of a data set: a new one is an entry in this list, and is told everywhere.

`makemore-tui stats`, its JSON, the message to a screen and the data pane walk the list. Shape
suffixes: V symbols.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.corpus import Corpus
from engine.data.vocabulary import BOUNDARY
from engine.wire.statistics import SHOWN_ROWS, Distribution, Figure, Ranking, Statistic, Words


def statistics(corpus: Corpus, most: int = SHOWN_ROWS) -> tuple[Statistic, ...]:
    """List all statistics of a corpus, with so many bigrams, the most frequent first.

    With a hold-out, what is told of pairs and characters is of the words that are trained on, as
    the matrix is; the other figures are those of all words.
    """
    is_text, is_weighted = corpus.is_text, bool(corpus.data_format.weight)
    held_out, distinct, lengths = corpus.held_out, corpus.distinct, Distribution(corpus.lengths)
    counts_VV, characters = corpus.counts_VV, len(corpus.vocabulary) - 1
    pairs, trained_on = int((counts_VV > 0).sum()), int(counts_VV.sum())
    bigrams = int(corpus.all_counts_VV.sum())
    remark = "" if held_out is None else "trained on"
    unit = "characters" if is_text else "words"
    return (
        Statistic("words", Figure(corpus.words),
                  "" if is_text else "words by weight" if is_weighted else "words", "words",
                  comes_first=True),
        Statistic("distinct", Figure(distinct), "" if is_text else "distinct words", "distinct",
                  comes_first=is_weighted),  # neither figure says enough alone
        Statistic("duplicates", Figure(None if distinct is None else corpus.words - distinct),
                  "" if is_text or is_weighted else "duplicates"),
        Statistic("total_characters", Figure(sum(n * of for n, of in corpus.lengths.items())),
                  "characters" if is_text else "", "chars", comes_first=True),
        Statistic("bigrams", Figure(bigrams), "bigrams", comes_first=True),
        Statistic("bigrams_trained_on", Figure(trained_on), remark and f"  {remark}", "  trained",
                  comes_first=True),
        Statistic("bigrams_held_out", Figure(None if held_out is None else bigrams - trained_on)),
        Statistic("distinct_characters", Figure(characters),
                  "distinct characters" if is_text else "characters",
                  "distinct" if is_text else "chars"),
        Statistic("distinct_bigrams", Figure(pairs), "distinct pairs", "pairs", remark),
        Statistic("empty_cells", Figure(counts_VV.numel() - pairs, out_of=counts_VV.numel()),
                  "empty cells", "empty", remark),
        Statistic("held_out", Figure(held_out or 0), remark and f"{unit} held out", "held out"),
        Statistic("tested", Figure(corpus.tested or 0),
                  "" if corpus.tested is None else "words for the test", "test"),
        Statistic("left_out", Figure(corpus.left_out),
                  f"{unit} left out" if corpus.left_out else "", "left out", "beyond the alphabet"),
        Statistic("blank_lines", Figure(corpus.blank_lines),
                  "blank lines skipped" if corpus.blank_lines else "", "blank"),
        Statistic("comment_lines", Figure(corpus.comment_lines),
                  "comment lines" if corpus.comment_lines else "", "comments"),
        Statistic("shortest", Figure(min(corpus.lengths))),
        Statistic("longest", Figure(max(corpus.lengths))),
        Statistic("mean_length", Figure(lengths.mean)),
        Statistic("lengths", lengths, "" if is_text else "word lengths", "lengths"),
        Statistic("top_bigrams", Ranking(top_bigrams(counts_VV, most)),
                  "most frequent pairs", "pairs", remark),
        Statistic("first_letters", Ranking(_most_frequent(counts_VV[BOUNDARY])),
                  "" if is_text else "first letters", "letters", remark),
        Statistic("top_characters", Ranking(_most_frequent(counts_VV.sum(1)[1:], first=1)),
                  "most frequent characters" if is_text else "", "characters", remark),
        Statistic("first_words", Words(corpus.first_words, are_lines=is_text),
                  "first lines" if is_text else "first words"),
    )  # fmt: skip


def top_bigrams(counts_VV: Tensor, most: int) -> tuple[tuple[tuple[int, int], int], ...]:
    """Rank the most frequent pairs of symbols; equals stand in the order of the matrix."""
    flat, size = counts_VV.flatten(), len(counts_VV)
    least = max(1, int(flat.topk(min(most, len(flat))).values[-1]))
    above, equal = ((c.nonzero().squeeze(1)) for c in (flat > least, flat == least))
    best = torch.cat((above, equal[: most - len(above)]))
    best = best[flat[best].sort(descending=True, stable=True).indices]
    return tuple(((cell // size, cell % size), int(flat[cell])) for cell in best.tolist())


def _most_frequent(counts: Tensor, first: int = 0) -> tuple[tuple[tuple[int], int], ...]:
    """Rank the symbols from `first` on that occur at all."""
    ranked, order = counts.sort(descending=True, stable=True)
    pairs = zip(order.tolist(), ranked.tolist(), strict=True)
    return tuple(((first + symbol,), count) for symbol, count in pairs if count)
