"""grep and sed. What is expected was printed by Debian 12's."""

from __future__ import annotations

import pytest

from netmodel import ModelHost, UnsupportedError

LINES = [
    ("echo 'a 10.0.0.1/24\nb\nc 10.0.0.2/8' | grep -n '10\\.0'", "1:a 10.0.0.1/24\n3:c 10.0.0.2/8\n", 0),
    ("echo 'a1\nb2' | grep -v a", "b2\n", 0),
    ("echo 'a1\nb2' | grep -c .", "2\n", 0),
    ("echo 'a1 a22\nb' | grep -o 'a[0-9]*'", "a1\na22\n", 0),
    ("echo 'ab\nAB' | grep -iE '^(ab|c)$'", "ab\nAB\n", 0),
    ("echo 'a+b\naab' | grep 'a+b'", "a+b\n", 0),
    ("echo 'a+b\naab' | grep -E 'a+b$'", "aab\n", 0),
    ("echo 'foo foobar' | grep -ow foo", "foo\n", 0),
    ("echo x | grep y", "", 1),
    ("echo x | grep -q x", "", 0),
    ("grep x /nosuch", "", 2),
    ("echo 'listen 80; 80' | sed 's/80/8080/'", "listen 8080; 80\n", 0),
    ("echo 'a.b.c' | sed 's/\\./-/g'", "a-b-c\n", 0),
    ("echo 'ab' | sed 's/\\(a\\)\\(b\\)/\\2\\1&/'", "baab\n", 0),
    ("echo '/a/b' | sed -E 's|/(a)/|<\\1>|'", "<a>b\n", 0),
    ("echo '[x] 12' | sed 's/[[:digit:]]\\+/N/; s/x/y/'", "[y] N\n", 0),
    ("echo 'k v' > /tmp/f; sed -i 's/v/w/' /tmp/f; cat /tmp/f", "k w\n", 0),
]


@pytest.mark.parametrize(("line", "stdout", "code"), LINES)
def test_a_line_does_what_it_does_on_debian(line: str, stdout: str, code: int) -> None:
    done = ModelHost(on="bare").run(line)
    assert (done.stdout, done.returncode) == (stdout, code)


@pytest.mark.parametrize(
    "line", ["echo a | grep -P a", "echo a | sed p", "echo a | sed -n s/a/b/", "echo | grep '\\d'"]
)
def test_what_is_not_modelled_is_refused_by_name(line: str) -> None:
    with pytest.raises(UnsupportedError):
        ModelHost(on="bare").run(line)
