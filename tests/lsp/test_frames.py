"""Messages are found in a stream, in whatever pieces it comes and whatever lies between them."""

import json

import pytest

from joblens.lsp.frames import Frames, Garbled


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def message(value: object) -> bytes:
    return framed(json.dumps(value).encode())


def read(data: bytes, size: int = 1 << 20) -> list[object]:
    frames = Frames()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return ["?" if isinstance(one, Garbled) else one for piece in pieces for one in frames.feed(piece)]


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_messages_are_whole_however_they_are_cut(size: int) -> None:
    assert read(message({"a": "🚀"}) + message([1]) + message("x" * 9000), size) == [
        {"a": "🚀"},
        [1],
        "x" * 9000,
    ]


def test_headers_are_read_as_http_has_them() -> None:
    typed = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:4\r\n\r\ntrue"
    assert read(typed + message(1)) == [True, 1]


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x00\xff\r\n\r\n" * 50,
        b"Content-Length: -5\r\n\r\n",
        b"Content-Length: 99999999999999999999\r\n\r\n",
        b"Content-Length: many\r\n\r\n{}",
        b"{}",
        b"x" * 100_000,
    ],
)
def test_what_is_no_message_is_passed_over(garbage: bytes) -> None:
    assert read(garbage + message(1)) == [1]


@pytest.mark.parametrize("body", [b"{", b"", b'"\xff"', b"[" * 100_000, b"nope"])
def test_what_is_no_json_is_told_and_the_next_message_read(body: bytes) -> None:
    assert read(framed(body) + message(1)) == ["?", 1]


def test_a_truncated_body_takes_no_other_message_with_it() -> None:
    short = framed(b'{"a": 12345678')[:-8]
    assert read(short + message(1) + message(2)) == ["?", 1, 2]


def test_a_body_that_is_longer_than_its_header_says_takes_no_other_message_with_it() -> None:
    assert read(framed(b'{"a": 1}').replace(b": 8", b": 4") + message(1) + message(2)) == ["?", 1, 2]
