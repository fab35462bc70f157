"""Experiments as text: what parses comes back, and what does not is refused with its place."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, strategies as st

from netmodel.entropy import Draw
from netmodel.errors import ExperimentError
from netmodel.experiment import Block, Exit, Experiment, Front, Key, Output, Prose, Turn, emit, library, parse
from netmodel.experiment.text import Item

HEAD = '+++\ntitle = "a title"\n+++\n'


@pytest.mark.parametrize("name", library.names())
def test_every_experiment_comes_back_byte_for_byte(name: str) -> None:
    experiment = library.load(name)
    with open(experiment.file, encoding="utf-8") as file:
        assert emit(experiment) == file.read()


def test_a_block_in_all_its_parts() -> None:
    text = HEAD + "# hi\n```console setup window=2\n$ ping x\na\n^C\n[cut] b\n[exit 1]\n[cut] $ true\n```\n"
    block = parse(text, "x.md").blocks[0]
    ping = Turn("$ ", "ping x", (Output("a"), Key("^C"), Output("b", cut=True), Exit(1)))
    assert block == Block((ping, Turn("$ ", "true", cut=True)), window=2, setup=True)


def test_a_block_can_go_on_with_what_runs_in_its_window() -> None:
    text = HEAD + "```console\n$ web\n```\n```console window=2\n$ x\n```\n```console\nbye\n^C\n```\n"
    assert parse(text, "x.md").blocks[2].head == (Output("bye"), Key("^C"))


def test_a_nested_prompt_types_into_the_process_above() -> None:
    turns = parse(HEAD + "```console\n$ sh\n/ # ip a\n1: lo\n/ # exit\n```\n", "x.md").blocks[0].turns
    assert [(turn.command, turn.is_nested) for turn in turns] == [("sh", False), ("ip a", True), ("exit", True)]


# Lines that are output and nothing else.
words = st.text(st.characters(codec="utf-8", exclude_characters="\n`$/[^+", exclude_categories=["Cs"]), max_size=20)
items: st.SearchStrategy[Item] = st.one_of(
    st.builds(Output, words, st.booleans()),
    st.builds(Key, st.just("^C"), st.booleans()),
    st.builds(Exit, st.integers(0, 255)),
)
turns = st.builds(Turn, st.just("$ "), words, st.lists(items, max_size=4).map(tuple), st.just(False), st.booleans())
blocks = st.builds(Block, st.lists(turns, min_size=1, max_size=3).map(tuple), st.integers(1, 3), st.booleans())
proses = st.builds(Prose, st.lists(words, min_size=1, max_size=3).map(tuple))


@given(st.lists(st.tuples(proses, blocks), max_size=4), proses)
def test_what_is_emitted_parses_as_the_same_value(pairs: list[tuple[Prose, Block]], last: Prose) -> None:
    parts = (*(part for pair in pairs for part in pair), last)
    experiment = Experiment("x", "x.md", Front('title = "t"', "t"), parts)
    assert parse(emit(experiment), "x.md") == experiment


@given(st.text(max_size=200))
def test_any_text_parses_and_comes_back_or_is_refused(text: str) -> None:
    with contextlib.suppress(ExperimentError):
        assert emit(parse(text, "x.md")) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# hi\n", "x.md:1:1: expected +++, the opening of the front matter"),
        ('+++\ntitle = "t"\n', "x.md:3:1: expected +++, the end of the front matter"),
        ("+++\ntitle =\n+++\n", "x.md:2:8: expected TOML: Invalid value"),
        ("+++\ntitle = 3\n+++\n", "x.md:2:1: expected title = a text"),
        ('+++\ntitle = "t"\nplace = 1\n+++\n', "x.md:3:1: expected one of title, platform, on"),
        ('+++\ntitle = "t"\ncompare = "loosely"\n+++\n', "x.md:3:1: expected compare = one of exact, folded"),
        ('+++\ntitle = "t"\ntimezone = "Mars/Olympus"\n+++\n', "x.md:3:1: expected timezone = a name of the IANA"),
        ('+++\ntitle = "t"\n[draw.luck]\n+++\n', "x.md:3:7: expected one of container, endpoint"),
        ('+++\ntitle = "t"\n[draw.mac]\nva = "02:00"\n+++\n', "x.md:4:7: expected mac to match"),
        (HEAD + "```console\n$ true\n", "x.md:6:1: expected ```, the end of the block that begins at line 4"),
        (HEAD + "```console\nhello\n```\n", "x.md:5:1: expected a command, after '$ '"),
        (HEAD + "```console loud\n```\n", "x.md:4:12: expected setup, window=N; not 'loud'"),
        (HEAD + "```console\n$ true\n[exit 256]\n```\n", "x.md:6:7: expected [exit N], N from 0 to 255"),
        (
            '+++\ntitle = "t"\n[clock]\nstart = 2020-01-01T00:00:00Z\ntyped = [1]\n+++\n',
            "x.md:5:1: expected typed = 0 instants, one for each command and key; not 1",
        ),
        ('+++\ntitle = "t"\n[clock]\nstart = 2020-01-01\ntyped = []\n+++\n', "x.md:4:1: expected start = an instant"),
    ],
)
def test_an_unreadable_file_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        parse(text, "x.md")
    assert str(caught.value).startswith(message)


def test_declarations_are_named_by_kind_owner_and_number() -> None:
    text = '+++\ntitle = "t"\n[draw.mac]\nva = ["", "02:00:00:00:00:01"]\n[outside]\neth0.lease = 1800\n+++\n'
    declared = parse(text, "x.md").front.declared
    assert declared == {Draw("mac", "va", 1): "02:00:00:00:00:01", Draw("outside", "eth0.lease", 0): "1800"}


def test_an_unknown_name_is_answered_with_those_that_are_known() -> None:
    with pytest.raises(ExperimentError, match=r"no experiment .nosuch.; .*article-1-containers"):
        library.load("nosuch")


def test_an_experiment_knows_what_leads_to_it() -> None:
    names = [one.name for one in library.chain(library.load("article-3-bridge"))]
    assert names == ["article-1-containers", "article-2-namespaces", "article-3-bridge"]
