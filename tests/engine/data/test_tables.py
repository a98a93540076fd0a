"""Tables and JSON: the words of a column, how often each counts, what was found."""

import csv
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import corpus as corpus_module
from engine.data.corpus import read_corpus
from engine.data.reading import chunks
from engine.errors import BadSetting, DataError
from engine.settings.data_format import DataFormat
from tests.engine.data.files import NAMES, Put, complaint, read


def test_a_table_of_a_statistics_office_is_weighted_by_its_counts(put: Put) -> None:
    corpus = read(put("names.csv", NAMES), column="1", weight="3")
    assert (corpus.words, corpus.distinct) == (4, 2)
    assert corpus.vocabulary.characters == (".", "A", "B", "a", "n", "o")
    plain = read(put("words.txt", "Ana\nAna\nAna\nBo\n"))
    assert corpus.counts_VV.equal(plain.counts_VV)
    assert corpus.lengths == plain.lengths == {2: 1, 3: 3}
    assert corpus.known == plain.known
    assert read(put("names.csv", NAMES), column="name", weight="count").words == 4


def test_a_table_is_never_learned_as_letters_without_a_word(put: Put) -> None:
    corpus = read(put("names.csv", NAMES))
    assert corpus.known == {"Ana", "Bo"}
    assert corpus.format_found == (
        "names.csv is read as csv with a header, words from column 1 (name). Column 3 (count) looks"
        " like counts: --weight 3. Or --column 2 (sex), --no-header, --format lines."
    )
    assert corpus.data_format == DataFormat("csv", column="name", header=True)
    again = read_corpus(corpus.path, data_format=corpus.data_format)
    assert (again.known, again.format_found) == (corpus.known, ""), "nothing is left to be found"


@pytest.mark.parametrize(
    ("name", "content", "known", "found"),
    [
        ("yob1880.txt", "Mary,F,7065\nAnna,F,2604\n", "Mary Anna", "csv without a header"),
        ("count.txt", "the\t23135851162\nof\t13151942776\n", "the of", "--weight 2"),
        ("pair.txt", "Anna;7\nBob;9\n", "Anna Bob", "csv separated by ; without a header"),
        ("eu.csv", "Vorname;Anteil\nAnna;1,5\nBob;2,5\n", "Anna Bob", "separated by ; with a head"),
        ("insee.csv", "sexe;preusuel;nombre\n1;JEAN;9\n2;ANNE;4\n", "JEAN ANNE", "column 2 (preus"),
        ("excel.csv", "sep=|\nname|n\nAna|3\n", "Ana", "column 1 (name)"),
        ("index.csv", ",word,n\n0,Ana,7\n1,Bo,9\n", "Ana Bo", "Column 3 (n) looks like counts"),
        ("sex.csv", "M,Al\nF,Bea\nM,Cy\nM,Di\n", "Al Bea Cy Di", "words from column 2"),
        ("tab.csv", "name\tn\nAna\t3\n", "Ana", "separated by tabs"),
        ("a.tsv", "Ana\t3\nBo\t4\n", "Ana Bo", "tsv without a header"),
        ("a.json", '["Ana", null, "Bo"]', "Ana Bo", "words without columns"),
        ("a.txt", '["Ana",\n"Bo"]', "Ana Bo", "json"),
        ("b.json", '[{"id": 1, "name": "Ana"}]', "Ana", "column 2 (name)"),
        ("a.jsonl", '{"n": 3, "word": "Ana"}\n\n{"word": "Bo", "n": 4}\n', "Ana Bo", "column 2"),
        ("c.json", '["Ana", 3]\n["Bo", 4]\n', "Ana Bo", "column 1"),
    ],
)
def test_what_a_file_is_shows_in_its_ending_and_its_first_lines(
    name: str, content: str, known: str, found: str, put: Put
) -> None:
    corpus = read(put(name, content))
    assert corpus.known == set(known.split())
    assert found in corpus.format_found


@pytest.mark.parametrize(
    "content",
    [
        "anna\nbo, jr.\nemma\n",
        "New York\nRome\nLos Angeles\n",
        "\tindented\n\twords\n",
        "[Na+].[Cl-]\nCC(=O)O\n[H][H]\n",
        "a;b\nc\nd\n",
        "{\n}\n",
        "1990\n1991\n",
    ],
)
def test_words_are_read_line_by_line_without_a_remark(content: str, put: Put) -> None:
    corpus = read(put("words.txt", content))
    assert corpus.known == {line.strip() for line in content.splitlines()}
    assert (corpus.data_format.format, corpus.format_found) == ("lines", "")


@pytest.mark.parametrize(
    ("content", "remark"),
    [
        ("Smith, John\nDoe, Jane\n", "commas included: --format csv takes them for columns"),
        ("MARY   2.629   1\nANN   1.073   2\n", "blanks and numbers included: --format csv"),
        ("First Citizen:\nBefore we proceed any further, hear me speak.\n", "--format text takes"),
        ("emma,olivia,ava\n", "commas included"),
    ],
)
def test_lines_that_could_be_something_else_are_told_of(
    content: str, remark: str, put: Put
) -> None:
    corpus = read(put("words.txt", content))
    assert corpus.known == set(content.splitlines())
    assert remark in corpus.format_found


def test_columns_with_blanks_between_are_read_where_asked_for(put: Put) -> None:
    path = put("first", "MARY           2.629  2.629      1\nPATRICIA       1.073  3.702      2\n")
    assert read(path, format="csv").known == {"MARY", "PATRICIA"}


CELLS = st.text(st.sampled_from('aé ,;"\n\t#'), max_size=6)


@settings(deadline=None, max_examples=150)
@given(
    rows=st.lists(st.tuples(CELLS, st.integers(0, 3)), min_size=1, max_size=8),
    chunk=st.sampled_from([1, 7, 1 << 20]),
)
def test_any_cells_that_csv_writes_are_counted_as_often_as_they_say(
    rows: list[tuple[str, int]], chunk: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("word", "times"), *rows])
    words = [" ".join(w.split("\n")).strip() for w, times in rows for _ in range(times)]
    words = [word for word in words if word]
    if not words:
        with pytest.raises(DataError):
            read(path, weight="times")
        return
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(chunks, "CHUNK", chunk)
        corpus = read(path, weight="times")
    assert corpus.words == len(words)
    assert corpus.known == set(words)
    assert int(corpus.counts_VV.sum()) == sum(len(word) + 1 for word in words)
    characters = corpus.vocabulary.characters
    pairs = [pair for word in words for pair in pairwise(["", *word, ""])]
    for i, j in corpus.counts_VV.nonzero().tolist():
        pair = (characters[i] if i else "", characters[j] if j else "")
        assert corpus.counts_VV[i, j] == pairs.count(pair)


def test_weights_beyond_what_a_float_holds_add_up_exactly(put: Put) -> None:
    lines = "".join(f"ab,{10**12 - n}\nb,1\n" for n in range(500))
    counts_VV = read(put("a.csv", lines), column="1", weight="2", header=False).counts_VV
    assert int(counts_VV[1, 2]) == sum(10**12 - n for n in range(500))
    many = "abcdefghij,1000000000000\n" * 900
    assert "no longer add up exactly" in complaint(put("b.csv", many), column="1", weight="2")


@pytest.mark.parametrize(
    ("cell", "weight"),
    [("7065", 7065), ('"7,065"', 7065), ("7 065", 7065), ("12.0", 12), ("0", 0), (" 5 ", 5)],
)
def test_a_weight_is_a_whole_number_however_it_is_written(cell: str, weight: int, put: Put) -> None:
    assert read(put("a.csv", f"word,n\na,1\nb,{cell}\n"), weight="n").words == weight + 1


@pytest.mark.parametrize(
    "cell", ["-3", "1.5", "", "1e3", "9" * 30, "x", "7.065", '"70,65"', "1/2", "nan"]
)
def test_what_is_no_weight_is_refused_with_its_line(cell: str, put: Put) -> None:
    text = complaint(put("a.csv", f"word,n\na,1\nb,{cell}\n"), weight="n")
    assert text.startswith(", line 3: the weight is ")
    assert "Give a whole number from 0" in text


def test_a_comma_is_no_separator_of_thousands_where_it_may_be_a_decimal_sign(put: Put) -> None:
    assert "'7,065'" in complaint(put("a.csv", "word;n\na;7,065\n"), weight="n")


def test_what_columns_there_are_is_said_where_one_is_missing(put: Put) -> None:
    text = complaint(put("names.csv", NAMES), column="nam")
    assert "no column nam. There are: 1 (name), 2 (sex), 3 (count)." in text
    assert "no column 7" in complaint(put("names.csv", NAMES), weight="7")
    assert "--header" in complaint(put("a.csv", "1990,1991\na,b\n"), column="1991")


def test_a_name_of_a_column_goes_before_a_number(put: Put) -> None:
    path = put("a.csv", "word,2,1\na,b,c\n")
    assert read(path, column="1", header=True).known == {"c"}
    assert read(path, column="3", header=True).known == {"c"}
    resolved = read(path, column="3", header=True).data_format
    assert read_corpus(path, data_format=resolved).known == {"c"}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", 'n,w\n3,"Ana\n4,Bo\n', ", line 2: the quote that is opened here is never closed"),
        ("a.csv", 'w\n"Ana"x\n', ", line 2: a quote is closed within a cell"),
        ("a.csv", 'w\n"Ana"\n"Bo\nCy\n', ", line 3: the quote that is opened here is never"),
        ("a.csv", 'v,w\n"1\n2","Bo\nCy\nDi\n', ", line 3: the quote that is opened here is never"),
        ("a.csv", 'w\n"Ana\nBo\n"Cy"\n', ", line 4: a quote that is opened on line 2 is closed"),
        ("a.csv", 'w\n"' + "a" * 200_000 + '"\n', ", line 2: the quote that is opened here is not"),
        ("a.csv", 'w\n"A\n' + "Bo\n" * 60_000, ", line 2: the quote that is opened here is not"),
        ("a.csv", "w,n\n" + "a" * 200_000 + ",3\n", ", line 2: a cell of more than 131,072"),
        ("a.csv", "n,name\n3,Ana\n4\n", ", line 3: 1 column, where the words are in column 2"),
        ("a.csv", b"name,n\nAn\xff,3\n", ", line 2: not UTF-8 (byte 0xff at offset 9)"),
        ("a.csv", b"name,n\nAn\0,3\n", ", line 2: a NUL byte"),
        ("a.csv", "name,sex,count\n", "no word. Its column name needs words"),
        ("a.csv", "", " is empty"),
        ("a.json", "", " is empty"),
        (
            "a.json",
            '{"names": ["Ana"],\n"v": 1}',
            " is an object with names, v. What is within it is not",
        ),
        (
            "a.json",
            '{"Ana": 3, "Bo": 2}',
            ", line 1: an object with Ana, Bo, which are numbers. Its",
        ),
        (
            "a.json",
            '{\n"Ana": 3,\n"Bo": 2\n}',
            " is an object with Ana, Bo, which are numbers. Its keys",
        ),
        (
            "a.txt",
            '{\n"Ana": 3,\n"Bo": 2\n}',
            " is an object with Ana, Bo, which are numbers. Its keys",
        ),
        (
            "a.jsonl",
            '{"Ana": 3}\n',
            'Give an array of words, as ["emma", "ava"], of objects, as [{',
        ),
        ("a.json", '[["Ana"], [["Bo"]]]', ", item 2: an array of arrays. Give an array of words"),
        ("a.json", "[[3]]", ", item 1: an array of numbers. Give an array of words"),
        ("a.json", "{}", ", line 1: an empty object, where a word is wanted"),
        ("a.json", "[]", ": no word. It needs a word at least"),
        ("a.json", "[1, 2]", ", item 1: a number, where a word is wanted"),
        ("a.json", '["a", {"b": 1}]', ", item 2: an object with b, where the first is a string"),
        ("a.json", '[{"w": "a"}, {"x": "b"}]', ", item 2: no w, but x"),
        ("a.json", '[{"w": ["a"]}]', ", item 1: an object with w. What is within"),
        ("a.json", '[{"v": "a", "name": ["a"]}]', ", item 1: the word is an array"),
        ("a.json", '["a",\n\n"b" "c"]', ", line 3: no JSON"),
        ("a.json", '["\\ud800"]', r", line 1, character 3: \ud800, half of a surrogate pair"),
        ("a.json", '["a",\n"é\\udc00"]', r", line 2, character 3: \udc00, half of a surrogate"),
        ("a.jsonl", '"\\ud83d\\ude00"\n"\\\\ud800"\n"\\ud800\\ud800"', ", line 3, character 2"),
        ("a.json", '["a",\n"b"', ", line 2: no JSON (it ends in the midst of a value)"),
        ("a.json", '["a\\u0000"]', ", item 1: a NUL character"),
        ("a.json", "[" * 100_000, ", line 1: nested too deeply"),
        ("a.jsonl", '{"w": "a"}\n' + "[" * 100_000, ", line 2: nested too deeply"),
        ("a.jsonl", '{"w": "a"}\n{"w": ', ", line 2: no JSON"),
        ("a.json", '"\ud800"'.encode("utf-8", "surrogatepass"), ", line 1: not UTF-8"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(
    name: str, content: bytes | str, why: str, put: Put
) -> None:
    assert why in complaint(put(name, content))


def test_an_array_that_is_too_large_for_memory_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.write(b'["a",')
        file.truncate(65 << 20)
    assert "is read as a whole, up to 67,108,864" in complaint(path)


def test_the_words_of_a_table_are_known_though_its_file_is_large(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus_module, "KEEP_WORDS_UP_TO", 10)
    path = put("a.csv", "w,n,more\n" + "ab,2,xxxxxxxxxxxxxxxxxxx\nab,3,yyyyyyyyyyyyy\n")
    assert read(path, column="w", weight="n").distinct == 1
    assert read(put("a.csv", "w,n\n" + "ab,2\nabcdefgh,3\n"), weight="n").distinct is None


def test_json_weighs_its_words(put: Put) -> None:
    rows = [{"w": "Ana", "n": 3}, {"n": "1,000", "w": "Bo"}, {"w": "Cy", "n": 2.0}]
    corpus = read(put("a.json", json.dumps(rows)), column="w", weight="n")
    assert (corpus.words, corpus.distinct) == (1005, 3)
    rows[1]["n"] = True
    assert ", item 2: the weight is 'True'" in complaint(
        put("a.json", json.dumps(rows)), column="w", weight="n"
    )


@pytest.mark.parametrize(
    "how",
    [
        {"format": "lines", "column": "1"},
        {"format": "text", "weight": "n"},
        {"format": "text", "header": True},
        {"format": "json", "header": False},
        {"encoding": "klingon"},
        {"encoding": "hex"},
        {"alphabet": -1},
        {"alphabet": 4097},
    ],
)
def test_what_does_not_go_together_is_refused(how: dict[str, object], put: Put) -> None:
    with pytest.raises(BadSetting, match=r"leave out|give"):
        read(put("a.txt", "a\nb\n"), **how)
