"""The small sh. What is expected was printed by dash 0.5.12 and by ash of busybox 1.35."""

from __future__ import annotations

import pytest

from netmodel import ModelHost, UnsupportedError

LINES = [
    ("echo a; false && echo b; true || echo c; echo $?", "a\n0\n", "", 0),
    ("nosuch; echo $?", "127\n", "sh: 1: nosuch: not found\n", 0),
    ("for x in a b; do echo $x; done", "a\nb\n", "", 0),
    ('i=; while [ "$i" != xx ]; do i=x$i; echo $i; done', "x\nxx\n", "", 0),
    ("if false; then echo 1; elif true; then echo 2; else echo 3; fi", "2\n", "", 0),
    ('x=$(echo a; echo b); echo "$x"; echo $x', "a\nb\na b\n", "", 0),
    ("echo ${A:-z} ${#PATH} ${B:+set}", "z 60\n", "", 0),
    ("echo a | cat; false | true; echo $?; ! true; echo $?", "a\n0\n1\n", "", 0),
    ("(cd /tmp; pwd); pwd", "/tmp\n/\n", "", 0),
    ("echo a > /tmp/f; echo b >> /tmp/f; cat < /tmp/f", "a\nb\n", "", 0),
    ("cat /nosuch 2>/dev/null || echo gone", "gone\n", "", 0),
    ("cat < /nosuch; echo $?", "2\n", "sh: 1: cannot open /nosuch: No such file\n", 0),
    ("echo x > /nodir/f; echo $?", "2\n", "sh: 1: cannot create /nodir/f: Directory nonexistent\n", 0),
    ("exit 300", "", "", 44),
    ("exit abc", "", "sh: 1: exit: Illegal number: abc\n", 2),
    ("sleep 100 & kill $!; wait $!; echo $?", "143\n", "Terminated\n", 0),
    ("sh -c 'kill -KILL $$'; echo $?", "137\n", "Killed\n", 0),
    ("sh -c 'kill -INT $$'; echo $?", "130\n", "", 0),
    ("export A=3; sh -c 'echo $A; exit 4'; echo $?", "3\n4\n", "", 0),
    ("echo 'a  b' \"c  $HOME\" d  e", "a  b c  /root d e\n", "", 0),
    ("echo -n a; echo 'b\\tc'", "ab\tc\n", "", 0),
    ("echo 1 > /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward", "1\n", "", 0),
    ("echo abc > /proc/sys/net/ipv4/ip_forward; echo $?", "1\n", "sh: 1: echo: echo: I/O error\n", 0),
    (
        "echo 1 > /proc/sys/net/ipv4/nosuch; echo $?",
        "2\n",
        "sh: 1: cannot create /proc/sys/net/ipv4/nosuch: Directory nonexistent\n",
        0,
    ),
    ("timeout 1 sleep 5; echo $?", "124\n", "", 0),
]
COMPLAINTS = [
    ('echo "a', "Unterminated quoted string", "unterminated quoted string"),
    ("then", '"then" unexpected', 'unexpected "then"'),
    ("if true; fi", '"fi" unexpected (expecting "then")', 'unexpected "fi" (expecting "then")'),
    ("while true; do", 'end of file unexpected (expecting "done")', 'unexpected end of file (expecting "done")'),
    ("&& a", '"&&" unexpected', 'unexpected "&&"'),
    ("for", "Bad for loop variable", "bad for loop variable"),
    ("( echo a", 'end of file unexpected (expecting ")")', 'unexpected end of file (expecting ")")'),
    ("if true; then", 'end of file unexpected (expecting "fi")', 'unexpected end of file (expecting "fi")'),
    ("echo > ", "end of file unexpected", "unexpected end of file"),
]


@pytest.mark.parametrize(("line", "stdout", "stderr", "code"), LINES)
def test_a_line_does_what_it_does_in_dash(line: str, stdout: str, stderr: str, code: int) -> None:
    done = ModelHost(on="bare").run(line)
    assert (done.stdout, done.stderr, done.returncode) == (stdout, stderr, code)


@pytest.mark.parametrize(("line", "dash", "ash"), COMPLAINTS)
def test_what_is_no_command_is_refused_in_the_shells_words(line: str, dash: str, ash: str) -> None:
    host = ModelHost(on="bare")
    assert host.run(line).stderr == f"sh: 1: Syntax error: {dash}\n"
    done = host.run(f"busybox sh -c '{line}'")
    assert (done.stderr, done.returncode) == (f"sh: syntax error: {ash}\n", 2)


@pytest.mark.parametrize(
    "line", ["f() { :; }", "cat <<E", "echo $((1+1))", "echo *", "case a in a) ;; esac", "trap : 1"]
)
def test_what_is_not_modelled_is_refused_by_name(line: str) -> None:
    with pytest.raises(UnsupportedError):
        ModelHost(on="bare").run(line)


def test_an_interactive_shell_prompts_and_lives_through_interrupts() -> None:
    host = ModelHost(on="bare")
    process = host.start(["busybox", "sh"], tty=True)
    process.wait(host.now)
    process.write("echo a\n")
    process.wait(host.now)
    process.signal(2)
    process.wait(host.now)
    process.write("exit 3\n")
    done = process.wait()
    assert done is not None
    assert done.returncode == 3
    assert done.stdout.endswith("list of built-in commands.\n\n/ # a\n/ # \n/ # ")


def test_a_loop_that_never_waits_takes_time() -> None:
    host = ModelHost(on="bare")
    process = host.start(["sh", "-c", "while true; do sh -c :; done"])
    assert process.wait(host.now + 5 * 10**6) is None
    process.signal(9)
    done = process.wait()
    assert done is not None
    assert done.returncode == 137
