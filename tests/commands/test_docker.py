"""The pure parts of the docker command line: option tables, templates, tables, ages and sizes."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, strategies as st

from netmodel.commands.docker.evaluate import Template
from netmodel.commands.docker.options import ARGUMENTS, MODELLED, Refused, help_of, parse, table
from netmodel.commands.docker.table import aligned
from netmodel.commands.docker.template import TemplateError
from netmodel.commands.docker.units import human_duration, human_size, natural
from netmodel.docker.golang import Instant, Nil, Struct, compact, indented, parse_instant, rfc3339
from netmodel.docker.ports import PortError, exposed_line, parse_publish
from netmodel.errors import UnsupportedError

SECOND = 10**9
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (SECOND - 1, "Less than a second"),
        (SECOND, "1 second"),
        (59 * SECOND, "59 seconds"),
        (MINUTE, "About a minute"),
        (2 * MINUTE, "2 minutes"),
        (HOUR, "About an hour"),
        (89 * MINUTE, "About an hour"),
        (90 * MINUTE, "2 hours"),
        (47 * HOUR, "47 hours"),
        (48 * HOUR, "2 days"),
        (14 * DAY, "2 weeks"),
        (60 * DAY, "2 months"),
        (730 * DAY, "2 years"),
    ],
)
def test_ages_are_rounded_as_go_units_does(ns: int, text: str) -> None:
    assert human_duration(ns) == text


def test_sizes_have_as_many_digits_as_asked_for() -> None:
    assert [human_size(0), human_size(1_980_000, 3), human_size(109_000_000, 3)] == ["0B", "1.98MB", "109MB"]


def test_numbers_in_names_sort_by_value() -> None:
    assert sorted(["a10", "a2", "b", "a"], key=natural) == ["a", "a2", "a10", "b"]


def test_a_column_is_as_wide_as_its_widest_cell_and_three_blanks() -> None:
    text = "NAMES\tSTATE\nx\trunning\nlonger-name\tup"
    assert aligned(text, 10) == "NAMES         STATE\nx             running\nlonger-name   up"
    assert aligned("A\tB\nc\td", 20).splitlines()[0] == "A" + " " * 19 + "B"


def test_every_modelled_option_is_in_its_commands_help() -> None:
    for command, options in MODELLED.items():
        assert options <= set(table(command)), command
        assert help_of(command).startswith("\nUsage:  docker ")
    assert set(ARGUMENTS) == set(MODELLED) - {"network", "container", "image"}


def test_words_after_the_image_belong_to_the_program() -> None:
    line = parse("run", "run", ["-it", "--name=x", "busybox", "ls", "--name", "-l"])
    assert (line.is_set("tty"), line.last("name"), line.arguments) == (True, "x", ("busybox", "ls", "--name", "-l"))


def test_a_known_option_that_is_not_modelled_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedError, match="docker run --memory is not modelled"):
        parse("run", "run", ["-m", "1g", "busybox"])


VIEW = Struct(
    {
        "Id": "0123",
        "Name": "/web",
        "Cmd": ["sleep", "100"],
        "Env": Nil.SLICE,
        "State": Struct({"Running": True, "Pid": 7, "Started": Instant(1_541_660_337_971_424_978)}, is_pointer=True),
        "Networks": {"b": Struct({"IP": "2"}, is_pointer=True), "a": Struct({"IP": "1"}, is_pointer=True)},
    }
)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{.Name}} {{.ID}} {{.Id}}", "/web 0123 0123"),
        ("{{range $name, $one := .Networks}}{{$name}}={{$one.IP}} {{end}}", "a=1 b=2 "),
        ("{{range .Env}}x{{else}}none{{end}}", "none"),
        ("{{if and .State.Running (eq .State.Pid 7)}}yes{{else}}no{{end}}", "yes"),
        ("{{index .Cmd 1}} {{len .Cmd}} {{join .Cmd `, `}}", "100 2 sleep, 100"),
        ("{{(index .Networks `a`).IP}}{{with .Networks.nope}}x{{end}}", "1"),
        ("{{json .State}}", '{"Running":true,"Pid":7,"Started":"2018-11-08T06:58:57.971424978Z"}'),
        ("{{.State.Started}}", "2018-11-08 06:58:57.971424978 +0000 UTC"),
        ("{{printf `%-6s|%04d` .Name .State.Pid}}", "/web  |0007"),
        ("a {{- 1 -}} b", "a1b"),
    ],
)
def test_templates_say_what_go_says(source: str, text: str) -> None:
    assert Template(source).inspect(VIEW) == text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{.Nope}}", '1:2: executing "" at <.Nope>: map has no entry for key "Nope"'),
        ("{{.State.Nope}}", '1:8: executing "" at <.State.Nope>: map has no entry for key "Nope"'),
        ("{{nope}}", '1: function "nope" not defined'),
        ("{{.Name", "1: unclosed action"),
        ("{{if .Name}}", "1: unexpected EOF"),
        ("{{end}}", "1: unexpected {{end}}"),
    ],
)
def test_wrong_templates_are_refused_in_gos_words(source: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Template(source).inspect(VIEW)
    assert str(caught.value) == message


def test_an_address_in_memory_is_not_made_up() -> None:
    with pytest.raises(UnsupportedError):
        Template("{{.Networks}}").inspect(VIEW)


@given(st.text(alphabet="{}.$|()-\"`'abIRjsonifreagwth endlqxu:=,0 1\\/*", max_size=30))
def test_no_template_hangs_or_breaks(source: str) -> None:
    with contextlib.suppress(TemplateError, UnsupportedError):
        Template("{{" + source + "}}").inspect(VIEW)


@given(st.lists(st.text(max_size=8), max_size=6))
def test_no_command_line_breaks_the_parser(words: list[str]) -> None:
    for command in ARGUMENTS:
        with contextlib.suppress(Refused, UnsupportedError):
            parse(command, command, words)


def test_json_keeps_the_fields_order_sorts_maps_and_leaves_out_what_is_empty() -> None:
    view = Struct({"b": Nil.SLICE, "a": {"y": 1, "x": "<"}, "c": ""}, optional=("c",))
    assert compact(view) == '{"b":null,"a":{"x":"\\u003c","y":1}}'
    assert indented([]) == "[]"
    assert indented({"a": []}) == '{\n    "a": []\n}'


def test_instants_are_read_as_they_are_written() -> None:
    ns = 1_541_660_337_971_424_978
    assert rfc3339(ns, 8 * 3600) == "2018-11-08T14:58:57.971424978+08:00"
    assert parse_instant("2018-11-08T14:58:57.971424978+08:00") == ns
    assert rfc3339(ns // SECOND * SECOND) == "2018-11-08T06:58:57Z"


def test_published_ports_and_their_mistakes() -> None:
    assert [(one.port, one.host_ip, one.host_port) for one in parse_publish("127.0.0.1:80-81:8080-8081/udp")] == [
        ("8080/udp", "127.0.0.1", "80"),
        ("8081/udp", "127.0.0.1", "81"),
    ]
    for spec, message in (
        ("70000:80", "Invalid hostPort: 70000"),
        ("a.b:80:80", "Invalid ip address: a.b"),
        ("80/foo", "Invalid proto: foo"),
    ):
        with pytest.raises(PortError, match=message):
            parse_publish(spec)


def test_runs_of_exposed_ports_are_folded() -> None:
    assert exposed_line(dict.fromkeys(["80/tcp", "81/tcp", "90/udp", "100/tcp"])) == "80-81/tcp, 100/tcp, 90/udp"
