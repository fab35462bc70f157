"""Draws are a function of their name, the same one in Python and in the core."""

from __future__ import annotations

from netmodel.entropy import Draw, Entropy, as_text, draw, form_of, ping_owner


def test_one_owner_shifts_no_other() -> None:
    one, two = Entropy(7), Entropy(7)
    two.next("mac", "other")
    assert one.next("mac", "v0") == two.next("mac", "v0")
    assert one.next("mac", "v0") != Entropy(7).next("mac", "v0")
    assert Entropy(8).next("mac", "v0") != Entropy(7).next("mac", "v0")


def test_the_function_is_the_core_s() -> None:
    # What `entropy::draw(7, "mac", "v0", 0, 6)` and `(u64::MAX, "id", "", 300, 16)` of rust/netmodel give.
    assert draw(7, Draw("mac", "v0", 0), 6).hex() == "4cba7553586a"
    assert draw(2**64 - 1, Draw("id", "", 300), 16).hex() == "63fe2a38d83eae40e6b73c3c022b00be"


def test_a_declared_draw_is_given_and_remembered() -> None:
    entropy = Entropy(7, {Draw("mac", "v0", 1): "02:00:00:00:00:01", Draw("mac", "v1", 0): "02:00:00:00:00:02"})
    assert entropy.next("mac", "v0") != "02:00:00:00:00:01"
    assert entropy.next("mac", "v0") == "02:00:00:00:00:01"
    assert entropy.unused() == [Draw("mac", "v1", 0)]


def test_a_drawn_mac_is_local_and_unicast() -> None:
    for n in range(50):
        first = int(Entropy(n).draw("mac", "v0", 0)[:2], 16)
        assert first & 3 == 2


def test_values_look_as_docker_and_the_kernel_write_them() -> None:
    raw = bytes(range(32))
    assert as_text(form_of(Draw("container", "a", 0)), raw) == raw.hex()
    assert as_text(form_of(Draw("veth", "a/bridge", 0)), raw[:4]) == "0001020"
    assert as_text(form_of(Draw("mac", "a", 0)), raw[:6]) == "02:01:02:03:04:05"


def test_a_second_ping_to_one_place_has_times_of_its_own() -> None:
    assert [ping_owner("10.0.0.2", run) for run in (1, 2)] == ["10.0.0.2", "10.0.0.2/2"]
