"""Replay, on a host that says what is recorded: so what is tested is the person at the terminal, and the comparison."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from netmodel.cli import main
from netmodel.entropy import Entropy
from netmodel.experiment import Experiment, Key, Output, Turn, library, parse, replay as replaying
from netmodel.experiment.argv import argv_of
from netmodel.experiment.rename import Renaming
from netmodel.experiment.session import Session
from netmodel.host import Completed

Change = Callable[[str], str]


class RecordedProcess:
    """Says what the turns of a command have recorded; a shell answers each line typed into it."""

    def __init__(self, host: RecordedHost, turns: Sequence[Turn]) -> None:
        self.host = host
        self.turns = list(turns)
        self.output = ""
        self.ended: Completed | None = None
        self._say(self.turns.pop(0))

    def _say(self, turn: Turn) -> None:
        before, after, pressed = "", "", False
        for item in turn.body:
            pressed = pressed or isinstance(item, Key)
            if isinstance(item, Output):
                text = self.host.change(item.text) + "\n"
                before, after = (before, after + text) if pressed else (before + text, after)
        self.output += before
        self.after = "\n" + after if after else ""
        if self.turns:
            self.output += self.turns[0].prompt
        elif (not pressed and not turn.command.endswith("nginx")) or turn.code:
            self.ended = Completed(turn.code, self.output)
        self.last = turn

    def write(self, text: str) -> None:
        turn = self.turns.pop(0)
        assert text == turn.command + "\n"
        self.output += text
        self._say(turn)

    def signal(self, sig: int) -> None:
        assert sig == 2
        self.output += self.after
        self.ended = Completed(self.last.code, self.output)

    def wait(self, until: int | None = None) -> Completed | None:
        if self.ended is None and until is not None:
            self.host.advance(until)
        return self.ended


class RecordedHost:
    """Knows the turns of experiments, in order. `change` is done to each line before it is said."""

    def __init__(self, experiments: Sequence[Experiment], entropy: Entropy, change: Change = str) -> None:
        self.now = 0
        self.change = change
        self.turns = [turn for experiment in experiments for block in experiment.blocks for turn in block.turns]
        for name in list(entropy.unused()):
            entropy.declared(*name)
        self.entropy = entropy

    def advance(self, until: int) -> None:
        self.now = max(self.now, until)

    def start(self, argv: Sequence[str], netns: str | None = None, tty: bool = False) -> RecordedProcess:
        first = next(turn for turn in self.turns if not turn.is_nested and argv_of(turn.command) == list(argv))
        at = self.turns.index(first)
        nested = []
        for turn in self.turns[at + 1 :]:
            if not turn.is_nested:
                break
            nested.append(turn)
        del self.turns[: at + 1 + len(nested)]
        self.entropy.mark(self.entropy.unused())
        return RecordedProcess(self, [first, *nested])

    def run(self, line: str, stdin: str = "") -> Completed:
        raise NotImplementedError(line)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], None]:
    """Puts hosts that say what is recorded in the place of modelled ones."""

    def install(change: Change = str) -> None:
        def model_host(platform: str | None = None, seed: int = 0) -> replaying.HostMaker:
            def make(first: Experiment, entropy: Entropy) -> RecordedHost:
                renaming = Renaming(seed)
                everything = [library.load(name) for name in library.names()]
                chains = [one for one in everything if library.chain(one)[0].name == first.name]
                if seed:
                    chains = [renaming.experiment(one) for one in chains]
                return RecordedHost(chains, entropy, change)

            return make

        monkeypatch.setattr(replaying, "model_host", model_host)

    return install


def run(*argv: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(argv))
    assert isinstance(ended.value.code, int)
    return ended.value.code


VERDICT = "58/58 commands, 462/462 lines, 146 values declared (11 ids, 4 names, 8 MACs, 120 times, 3 addresses)"


def test_the_article_holds(recorded: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    recorded()
    assert run("replay", "--check") == 0
    out, err = capsys.readouterr()
    assert (out, err.splitlines()[-1]) == ("", VERDICT)


def test_at_most_sixty_of_the_article_s_values_are_declared_besides_the_clocks() -> None:
    assert sum(len(library.load(name).front.declared) for name in library.ARTICLE) <= 60


def test_another_seed_holds_and_shows_other_values(
    recorded: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded()
    assert run("replay", "--seed", "7") == 0
    out, err = capsys.readouterr()
    assert err.splitlines()[-1] == VERDICT
    for old in ("a7e7ecb9de2a", "veth0075e8a", "52:f3:a1:46:4d:a6", "664f65044a2f", "fe80::50f3", "8000.024280a4a80e"):
        assert old not in out
    assert "00:1c:42:9c:52:cd" in out
    assert "2018-11-08T14:58:57.971424978+08:00" in out


def test_the_session_is_what_a_person_would_have_seen(
    recorded: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded()
    assert run("replay", "article-1-containers", "article-2-namespaces", "article-3-bridge") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("[root@Docker1 ~]# docker run --name test1")
    stop = out.index("[root@Docker1 ~]# docker stop test2")
    assert out[stop + 1] == "test2", "what the author cut is printed all the same"
    assert out.count("^C") == 2, "but not the keys that he cut"


def test_an_experiment_alone_begins_where_its_predecessor_ends(
    recorded: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded()
    assert run("replay", "article-5-host", "--check") == 0
    assert capsys.readouterr().err.startswith("6/6 commands, ")


def test_a_difference_is_shown_once_with_its_place(
    recorded: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(lambda line: line.replace("if38", "if37"))
    assert run("replay", "article-1-containers", "article-2-namespaces", "--check") == 1
    err = capsys.readouterr().err.splitlines()
    assert err[0].endswith("article-1-containers.md:" + err[0].split(":")[1] + ": command 7: ip a")
    assert err[1].startswith("- 39: veth0075e8a@if38:")
    assert err[2].startswith("+ 39: veth0075e8a@if37:")
    assert [line for line in err if line.startswith("- ")] == [err[1]]
    assert err[-2] == "and 3 more lines that only repeat these differences"
    assert err[-1].startswith("31/35 commands, ")


def test_where_a_value_came_from_is_said(recorded: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    recorded(lambda line: line.replace("inet 192.168.1.1/24", "inet 192.168.1.9/24"))
    assert run("replay", "article-2-namespaces", "--check") == 1
    assert (
        "  192.168.1.1/24 was set by command 17: ip netns exec test1 ip addr add 192.168.1.1/24 dev veth-test1"
        in capsys.readouterr().err.splitlines()
    )


def test_a_skipped_command_is_not_typed_and_shows_only_what_changes(
    recorded: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(lambda line: line.replace("state UP ", "state DOWN "))
    assert run("replay", "article-2-namespaces", "--skip", "22") == 1
    out = capsys.readouterr().out.splitlines()
    assert "$ ip netns exec test2 ip link set dev veth-test2 up" not in out
    assert out[0] == "[root@Docker1 ~]# ip link"
    assert out[1].startswith("- 2: eth0:")
    assert out[2].startswith("+ 2: eth0:")


def test_what_is_typed_into_a_skipped_command_is_skipped_with_it(
    recorded: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded()
    assert run("replay", "article-4-none", "--skip", "2", "--json") == 0
    assert '"all": 2' in capsys.readouterr().out


def test_json_says_it_all(recorded: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    import json

    recorded()
    assert run("replay", "--json", "article-6-port-clash") == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["schema"], value["holds"]) == ("netmodel.replay/1", True)
    assert value["commands"] == {"held": 2, "all": 2}


def test_a_declaration_that_nothing_asks_for_fails(capsys: pytest.CaptureFixture[str]) -> None:
    experiment = parse('+++\ntitle = "t"\n[draw.mac]\nva = "02:00:00:00:00:01"\n+++\n', "x.md")

    def make(first: Experiment, entropy: Entropy) -> RecordedHost:
        return RecordedHost([], Entropy())

    events = list(replaying.Replay(make).run([experiment]))
    assert isinstance(events[-1], replaying.Unasked)
    assert [str(name) for name in events[-1].names] == ["mac.va"]


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (["replay", "nosuch"], 2, "no experiment 'nosuch'; expected a path that ends in .md, or one of address-life, "),
        (["replay", "nosuch.md"], 2, "nosuch.md: expected a file that can be read"),
        (["replay", "--platform", "plan9"], 2, "no platform 'plan9'; expected one of debian12"),
        (["replay", "--nosuch"], 2, "expected one of --check, --skip, "),
        (["nosuch"], 2, "no verb 'nosuch'; expected one of record, replay, shell"),
        (["record", "article-4-none"], 2, "expected --live"),
    ],
)
def test_what_is_not_known_is_answered_with_what_is(
    argv: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*argv) == code
    assert words in capsys.readouterr().err


def test_a_truncated_file_is_refused_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path(library.load("article-4-none").file).read_text(encoding="utf-8")
    file = tmp_path / "cut.md"
    file.write_text(text[: text.index("docker network inspect")], encoding="utf-8")
    assert run("replay", str(file)) == 2
    err = capsys.readouterr().err
    lines = len(file.read_text(encoding="utf-8").split("\n"))
    assert err.startswith(f"netmodel: {file}:{lines}:1: expected ```, the end of the block that begins at line ")


def test_two_seeds_differ_in_random_values_only() -> None:
    """Random values replaced by their order of appearance, two seeds say the same."""
    from netmodel.entropy import form_of
    from netmodel.experiment.rename import forms_of

    texts = []
    for seed in (7, 8):
        renaming = Renaming(seed)
        text = ""
        forms: list[str] = []
        for name in library.ARTICLE:
            experiment = renaming.experiment(library.load(name))
            text += "\n".join(
                line for b in experiment.blocks for t in b.turns for line in [t.command, *(o.text for o in t.outputs)]
            )
            forms += [f for k, v in experiment.front.declared.items() for f in forms_of(form_of(k), v)]
        for number, form in enumerate(forms):
            text = text.replace(form, f"<{number}>")
        texts.append(text)
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("ip a", ["ip", "a"]),
        ('sh -c "while true; do sleep 60; done"', ["sh", "-c", "while true; do sleep 60; done"]),
        ("ip a | grep x", ["sh", "-c", "ip a | grep x"]),
        ("echo $HOME", ["sh", "-c", "echo $HOME"]),
        ("docker inspect -f '{{.Name}}' a", ["docker", "inspect", "-f", "{{.Name}}", "a"]),
        ("A=b env", ["sh", "-c", "A=b env"]),
        ("echo 'unfinished", ["sh", "-c", "echo 'unfinished"]),
    ],
)
def test_a_plain_command_needs_no_shell(line: str, argv: list[str]) -> None:
    assert argv_of(line) == argv


def test_a_key_is_pressed_at_its_declared_instant() -> None:
    text = (
        '+++\ntitle = "t"\n[clock]\nstart = 1970-01-01T00:00:01Z\ntyped = [0, 2.5]\n+++\n'
        "```console\n$ ping x\na\n^C\n```\n"
    )
    experiment = parse(text, "x.md")
    ran = next(iter(Session(RecordedHost([experiment], Entropy())).run(experiment)))
    assert (ran.typed, ran.keys, ran.lines) == (10**9, [3_500_000_000], ["a", "^C"])


def test_a_broken_pipe_ends_quietly() -> None:
    line = f"{sys.executable} -m netmodel replay --help | true"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], capture_output=True, text=True, check=False)
    assert done.stderr == ""
