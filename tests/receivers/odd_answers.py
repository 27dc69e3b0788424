"""Answers as receivers should not write them, to the byte: none at all, cut short, odd but sound, and mutated."""

from random import Random
from typing import NamedTuple

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"Content-Length: 0\r\n\r\n"

MALFORMED = {  # each must be seen through while the connection stays open: nothing more is needed to know
    # the first line
    "HTTP/0.9": b"<html>hello</html>",
    "HTTP/0.9 with lines": b"hello\r\nworld\r\n\r\n",
    "JSON alone": b'{"ok": true}',
    "an empty line first": b"\r\n" + OK + END,
    "a space first": b" HTTP/1.1 200 OK\r\n" + END,
    "a byte order mark first": b"\xef\xbb\xbf" + OK + END,
    "HTTP/0.9 as version": b"HTTP/0.9 200 OK\r\n" + END,
    "HTTP/1.2": b"HTTP/1.2 200 OK\r\n" + END,
    "HTTP/1.10": b"HTTP/1.10 200 OK\r\n" + END,
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\n" + END,
    "HTTP/2 as curl writes it": b"HTTP/2 200\r\n" + END,
    "HTTP/11": b"HTTP/11 200 OK\r\n" + END,
    "version in lower case": b"http/1.1 200 OK\r\n" + END,
    "version without number": b"HTTP/ 200 OK\r\n" + END,
    "another protocol's name": b"HTTPS/1.1 200 OK\r\n" + END,
    "ICY": b"ICY 200 OK\r\n" + END,
    "no status": b"HTTP/1.1\r\n" + END,
    "no digits": b"HTTP/1.1 OK\r\n" + END,
    "two digits": b"HTTP/1.1 20 OK\r\n" + END,
    "four digits": b"HTTP/1.1 2000 OK\r\n" + END,
    "status 000": b"HTTP/1.1 000 Zero\r\n" + END,
    "status 099": b"HTTP/1.1 099 Low\r\n" + END,
    "status 600": b"HTTP/1.1 600 High\r\n" + END,
    "status 999": b"HTTP/1.1 999 Higher\r\n" + END,
    "a negative status": b"HTTP/1.1 -200 OK\r\n" + END,
    "a status in hexadecimal": b"HTTP/1.1 0xc8 OK\r\n" + END,
    "a status with a fraction": b"HTTP/1.1 200.1 OK\r\n" + END,
    "digits of another script": "HTTP/1.1 ２００ OK\r\n".encode() + END,
    "status and reason in one": b"HTTP/1.1 200OK\r\n" + END,
    "two spaces before the status": b"HTTP/1.1  200 OK\r\n" + END,
    "a tab before the status": b"HTTP/1.1\t200 OK\r\n" + END,
    "NUL in the reason": b"HTTP/1.1 200 O\x00K\r\n" + END,
    "escape in the reason": b"HTTP/1.1 200 \x1b[31mOK\r\n" + END,
    "CR in the reason": b"HTTP/1.1 200 O\rK\r\n" + END,
    "a first line of 100 KB": b"HTTP/1.1 200 " + b"a" * 100_000,
    "a first line that is a request": b"GET / HTTP/1.1\r\n" + END,
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/2 settings frame": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\x00" * 18,
    "a TLS alert": b"\x15\x03\x03\x00\x02\x02\x46",
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "SMTP": b"220 mail.example ESMTP\r\n",
    "zero bytes": b"\x00" * 64,
    # line ends
    "LF alone everywhere": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "LF alone after the first line": b"HTTP/1.1 200 OK\n" + END,
    "LF alone after a header": OK + b"A: b\n" + END,
    "LF alone at the end": OK + b"Content-Length: 0\r\n\n",
    "CR alone after a header": OK + b"A: b\r" + END,
    "CR CR LF": OK + b"A: b\r\r\n" + END,
    # headers
    "a header without a colon": OK + b"Colonless\r\n" + END,
    "a header without a name": OK + b": value\r\n" + END,
    "a space before the colon": OK + b"Content-Length : 0\r\n\r\n",
    "a tab before the colon": OK + b"A\t: b\r\n" + END,
    "a space in a name": OK + b"A B: c\r\n" + END,
    "a name with brackets": OK + b"A(b): c\r\n" + END,
    "a name in UTF-8": OK + "Größe: 1\r\n".encode() + END,
    "NUL in a name": OK + b"A\x00B: c\r\n" + END,
    "NUL in a value": OK + b"A: b\x00c\r\n" + END,
    "escape in a value": OK + b"A: \x1b[2J\r\n" + END,
    "DEL in a value": OK + b"A: \x7f\r\n" + END,
    "vertical tab in a value": OK + b"A: b\x0bc\r\n" + END,
    "a folded header": OK + b"A: b\r\n c\r\n" + END,
    "a header folded with a tab": OK + b"A: b\r\n\tc\r\n" + END,
    "a folded first header": OK + b" A: b\r\n" + END,
    "101 headers": OK + b"A: b\r\n" * 101 + b"\r\n",
    "a header of 100 KB": OK + b"A: " + b"b" * 100_000,
    "a header of 100 KB with an end": OK + b"A: " + b"b" * 100_000 + b"\r\n" + END,
    "headers of 100 KB in all": OK + (b"A: " + b"b" * 9_000 + b"\r\n") * 11 + END,
    "headers without end": OK + b"A: " + b"b" * 900 + b"\r\n" * 1 + (b"A: " + b"b" * 900 + b"\r\n") * 99,
    # how long the body is
    "a negative length": OK + b"Content-Length: -1\r\n\r\n",
    "a length with a plus": OK + b"Content-Length: +5\r\n\r\nhello",
    "a length in words": OK + b"Content-Length: five\r\n\r\nhello",
    "an empty length": OK + b"Content-Length:\r\n\r\n",
    "a length in hexadecimal": OK + b"Content-Length: 0x5\r\n\r\nhello",
    "a length with a fraction": OK + b"Content-Length: 5.0\r\n\r\nhello",
    "a length with an exponent": OK + b"Content-Length: 1e1\r\n\r\nhello",
    "a length with a unit": OK + b"Content-Length: 5 bytes\r\n\r\nhello",
    "a length with an underscore": OK + b"Content-Length: 1_0\r\n\r\nhello",
    "a length of 30 digits": OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n",
    "two lengths": OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "two lengths in one header": OK + b"Content-Length: 5, 6\r\n\r\nhello",
    "a length and an empty one": OK + b"Content-Length: 5,\r\n\r\nhello",
    "chunked and a length": OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "a length and chunked": OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "chunked twice": OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked in two headers": OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "gzip as a transfer coding": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "an unknown transfer coding": OK + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "an empty transfer coding": OK + b"Transfer-Encoding:\r\n\r\n",
    "chunked, then identity": OK + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunked in HTTP/1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    # chunks
    "a chunk size in words": CHUNKED + b"five\r\nhello\r\n0\r\n\r\n",
    "a negative chunk size": CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
    "a chunk size with 0x": CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n",
    "a chunk size with a plus": CHUNKED + b"+5\r\nhello\r\n0\r\n\r\n",
    "no chunk size": CHUNKED + b"\r\nhello\r\n0\r\n\r\n",
    "a chunk size of 20 digits": CHUNKED + b"f" * 20 + b"\r\nhello",
    "a space before the chunk size": CHUNKED + b" 5\r\nhello\r\n0\r\n\r\n",
    "a space after the chunk size": CHUNKED + b"5 \r\nhello\r\n0\r\n\r\n",
    "a chunk size with a fraction": CHUNKED + b"5.0\r\nhello\r\n0\r\n\r\n",
    "LF alone after the chunk size": CHUNKED + b"5\nhello\r\n0\r\n\r\n",
    "LF alone after a chunk": CHUNKED + b"5\r\nhello\n0\r\n\r\n",
    "LF alone at the end of chunks": CHUNKED + b"5\r\nhello\r\n0\r\n\n",
    "nothing after a chunk": CHUNKED + b"5\r\nhello0\r\n\r\n",
    "a chunk longer than its size": CHUNKED + b"3\r\nhello\r\n0\r\n\r\n",
    "a chunk shorter than its size": CHUNKED + b"9\r\nhello\r\n0\r\n\r\n\r\n\r\n",
    "NUL in a chunk's extension": CHUNKED + b"5;a=\x00\r\nhello\r\n0\r\n\r\n",
    "CR in a chunk's extension": CHUNKED + b"5;a\rb\r\nhello\r\n0\r\n\r\n",
    "a chunk's extension without a name": CHUNKED + b"5;=a\r\nhello\r\n0\r\n\r\n",
    "a chunk's extension with an open quote": CHUNKED + b'5;a="b\r\nhello\r\n0\r\n\r\n',
    "a chunk's extension of 100 KB": CHUNKED + b"5;" + b"a" * 100_000,
    "a trailer without a colon": CHUNKED + b"0\r\nColonless\r\n\r\n",
    "NUL in a trailer": CHUNKED + b"0\r\nA: \x00\r\n\r\n",
    "a folded trailer": CHUNKED + b"0\r\nA: b\r\n c\r\n\r\n",
    "a length in a trailer": CHUNKED + b"5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n",
    "101 trailers": CHUNKED + b"0\r\n" + b"A: b\r\n" * 101 + b"\r\n",
    # interim answers
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "100 and then nonsense": b"HTTP/1.1 100 Continue\r\n\r\nnonsense",
    "an interim answer with a bad header": b"HTTP/1.1 103 Early Hints\r\nLink\r\n\r\n" + OK + END,
    "21 interim answers": b"HTTP/1.1 100 Continue\r\n\r\n" * 21 + OK + END,
    "interim answers without end": b"HTTP/1.1 102 Processing\r\n\r\n" * 5000,
}

TRUNCATED = {  # each is cut by the end of the connection
    "one byte": b"H",
    "half the first line": b"HTTP/1.1 20",
    "the first line": OK,
    "half a header": OK + b"Content-Le",
    "no empty line": OK + b"Content-Length: 0\r\n",
    "100 and no more": b"HTTP/1.1 100 Continue\r\n\r\n",
    "a body one byte short": OK + b"Content-Length: 5\r\n\r\nhell",
    "no byte of a body": OK + b"Content-Length: 5\r\n\r\n",
    "no chunk": CHUNKED,
    "half a chunk size": CHUNKED + b"5",
    "half a chunk": CHUNKED + b"5\r\nhel",
    "no line end after a chunk": CHUNKED + b"5\r\nhello",
    "no last chunk": CHUNKED + b"5\r\nhello\r\n",
    "no end after the last chunk": CHUNKED + b"5\r\nhello\r\n0\r\n",
    "half a trailer": CHUNKED + b"5\r\nhello\r\n0\r\nA: b",
}


class Sound(NamedTuple):
    """An odd answer that is an answer all the same."""

    data: bytes
    status: int = 200
    body: bytes = b""
    kept: bool = False  # whether the connection may be used again


SOUND = {
    "no reason": Sound(b"HTTP/1.1 200 \r\n" + END, kept=True),
    "no space before no reason": Sound(b"HTTP/1.1 200\r\n" + END, kept=True),
    "a reason in UTF-8": Sound("HTTP/1.1 200 Größe\r\n".encode() + END, kept=True),
    "status 599": Sound(b"HTTP/1.1 599 Odd\r\n" + END, status=599, kept=True),
    "a value in UTF-8": Sound(OK + "A: ü\r\n".encode() + END, kept=True),
    "an empty value": Sound(OK + b"A:\r\n" + END, kept=True),
    "100 headers": Sound(OK + b"A: b\r\n" * 99 + END, kept=True),
    "names in any case": Sound(OK + b"cOnTeNt-lEnGtH: 5\r\n\r\nhello", body=b"hello", kept=True),
    "the same length twice": Sound(
        OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", body=b"hello", kept=True
    ),
    "a length with zeros": Sound(OK + b"Content-Length: 0005\r\n\r\nhello", body=b"hello", kept=True),
    "a body to the end": Sound(OK + b"\r\nhello", body=b"hello"),
    "HTTP/1.0": Sound(b"HTTP/1.0 200 OK\r\n" + END),
    "HTTP/1.0, kept": Sound(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + END, kept=True),
    "Connection: close": Sound(OK + b"Connection: close\r\n" + END),
    "close among others, in capitals": Sound(OK + b"Connection: foo, CLOSE\r\n" + END),
    "close in a second header": Sound(OK + b"Connection: keep-alive\r\nConnection: close\r\n" + END),
    "Keep-Alive: timeout=0": Sound(OK + b"Keep-Alive: timeout=0\r\n" + END),
    "Keep-Alive: timeout=5": Sound(OK + b"Keep-Alive: timeout=5, max=100\r\n" + END, kept=True),
    "chunks": Sound(CHUNKED + b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", body=b"hello!", kept=True),
    "chunks with extensions": Sound(
        CHUNKED + b'5;a=b ; c;d="e \\" f"\r\nhello\r\n0;x\r\n\r\n', body=b"hello", kept=True
    ),
    "chunks with trailers": Sound(CHUNKED + b"5\r\nhello\r\n0\r\nA: b\r\n\r\n", body=b"hello", kept=True),
    "chunk sizes in capitals with zeros": Sound(
        CHUNKED + b"00A\r\nhellohello\r\n000\r\n\r\n", body=b"hello" * 2, kept=True
    ),
    "Chunked in capitals": Sound(OK + b"Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", kept=True),
    "204": Sound(b"HTTP/1.1 204 No Content\r\n\r\n", status=204, kept=True),
    "204 with a length of 0": Sound(b"HTTP/1.1 204 No Content\r\n" + END, status=204, kept=True),
    "204 with a body": Sound(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", status=204),
    "204 with a length and no body": Sound(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", status=204),
    "204 with chunks": Sound(b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", status=204),
    "two answers": Sound((OK + END) * 2),
    "an empty line after": Sound(OK + END + b"\r\n"),
    "bytes after the body": Sound(OK + b"Content-Length: 5\r\n\r\nhello, world", body=b"hello"),
    "bytes after the chunks": Sound(CHUNKED + b"0\r\n\r\nhello"),
    "100 first": Sound(b"HTTP/1.1 100 Continue\r\n\r\n" + OK + END, kept=True),
    "20 interim answers": Sound(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 20 + OK + END, kept=True),
    "gzip is not decoded": Sound(
        OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00", body=b"\x1f\x8b\x08\x00", kept=True
    ),
}


SEEDS = [one.data for one in SOUND.values()] + [
    OK
    + b"Server: x\r\nDate: Mon, 05 Jan 2026 00:00:00 GMT\r\nContent-Type: application/json\r\n"
    + b'Content-Length: 15\r\n\r\n{"status":"ok"}',
    b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n" + END,
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 4\r\n\r\nbusy",
]
LIKELY = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\x00",
    b":",
    b" ",
    b"-1",
    b"0\r\n\r\n",
    b"\xff",
    b"Content-Length: 3\r\n",
    b"chunked",
    b"HTTP/1.1 ",
]


def mutated(dice: Random) -> bytes:
    """A sound answer with one to four things done to it."""
    data = bytearray(dice.choice(SEEDS))
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(6):
            case 0 if data:
                data[at % len(data)] = dice.randrange(256)
            case 1:
                data[at:at] = dice.choice(LIKELY)
            case 2:
                del data[at : at + dice.randint(1, 8)]
            case 3:
                del data[at:]
            case 4:
                other = dice.choice(SEEDS)
                data[at:] = other[dice.randrange(len(other)) :]
            case _:
                data[at:at] = data[at : at + dice.randint(1, 30)]
    return bytes(data)
