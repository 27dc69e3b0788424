"""All that happened, in order: NDJSON, append-only. Header, intents, outcomes, observations, notes, footer.

An intent is on the file before the first byte of its request leaves; its outcome follows when it is known. A journal
that ends early is still a journal: an intent without an outcome is `in-doubt`, a last line cut short is left out.
Format: `schemas/journal.schema.json`.
"""

import base64
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import orjson

from simulator.errors import StorageError
from simulator.model import Attempt, Delivery, Exchange, Lateness, Observation, Outcome
from simulator.redaction import answer_head, everywhere

FORMAT = 1
DID_NOT_COME_BACK = "did not come back"  # the note that says why a receiver that was killed is not there any more
_FOOTER_BYTES = 4096  # more than any footer has
_KEPT_IN_MEMORY = 40_000  # lines; a longer journal is read again by each check instead


class JournalWriter:
    """Writes one journal. Lines wait in memory until `flush`; nothing may be sent before its intent is flushed.

    `scrub` takes every text that a receiver or an author wrote and returns it without known secrets.

    Raises:
        StorageError: the file exists already, or cannot be written; at opening and at every flush. After a failed
            flush nothing more is written: what stands on the file stays a journal that ends early.
    """

    def __init__(self, path: Path, header: Mapping[str, Any], scrub: Callable[[str], str]) -> None:
        self.path = path
        self.line = 0
        self.size = 0  # bytes of all lines so far: where the next one begins
        self._scrub = scrub
        self._waiting: list[bytes] = []
        self._failed: StorageError | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _CLOEXEC, 0o600)
        except OSError as error:
            raise self._trouble(error) from error
        self._add({"kind": "header", "format": FORMAT, **everywhere(scrub, header)})
        self.flush()

    def intent(self, delivery: Delivery, attempt: int, wall: float) -> int:
        """An attempt is about to be made; gives the line's number."""
        route = delivery.route
        entry = {
            "kind": "intent",
            "wall": round(wall, 6),
            "n": delivery.number,
            "attempt": attempt,
            "step": delivery.step,
            "copy": delivery.copy,
            "event": delivery.event,
            "export": delivery.export,
            "run": delivery.run,
            "id": delivery.id,
            "status": delivery.status,
            "time": delivery.time,
            "definition_id": delivery.definition_id,
            "end": delivery.end,
            "valid": delivery.valid,
            "credentials": delivery.credentials,
            "fault": delivery.script is not None,
            "at": delivery.at,
            "due": delivery.due,
            "timeout": route.timeout,
            "endpoint": route.endpoint,
            "head": self._scrub(delivery.shown_head),
        }
        self._text(entry, "body", delivery.body)
        return self._add(entry)

    def outcome(self, of: int, delivery: Delivery, exchange: Exchange, *, late: float, final: bool) -> int:
        """What came of the attempt whose intent is line `of`."""
        entry: dict[str, Any] = {
            "kind": "outcome",
            "of": of,
            "n": delivery.number,
            "outcome": exchange.outcome,
            "status": exchange.status,
            "late": round(late, 6),
            "sent": round(exchange.sent, 6),
            "done": round(exchange.done, 6),
            "connection": exchange.connection,
            "reused": exchange.reused,
            "final": final,
        }
        if exchange.detail:
            entry["detail"] = self._scrub(exchange.detail)
        if exchange.head:
            entry["head"] = self._scrub(answer_head(exchange.head))
        if exchange.size:
            entry |= {"size": exchange.size, "sha256": exchange.sha256}
            self._text(entry, "body", exchange.body)
        if exchange.capped:
            entry["capped"] = True
        if exchange.hung_up:
            entry["hung_up"] = True
        return self._add(entry)

    def observation(self, seen: Observation) -> int:
        """The receiver's state was read; `seen.line` is not looked at, the line's number is given back."""
        return self._add(
            {
                "kind": "observation",
                "probe": seen.probe,
                "export": seen.export,
                "run": seen.run,
                "id": seen.id,
                "moment": seen.moment,
                "asked": round(seen.asked, 6),
                "done": round(seen.done, 6),
                "present": seen.present,
                "values": everywhere(self._scrub, dict(seen.values)),
                "status": seen.status,
                "detail": self._scrub(seen.detail),
            }
        )

    def note(self, wall: float, what: str, detail: str = "") -> int:
        """Something a reader should know: `interrupted`, with the name of the signal."""
        return self._add({"kind": "note", "wall": round(wall, 6), "what": what, "detail": self._scrub(detail)})

    def close(
        self, wall: float, *, deliveries: int, attempts: int, complete: bool, reached: bool, lateness: Lateness
    ) -> None:
        """Write the footer and close the file; a second call does nothing, nor does one that follows a failed flush."""
        if self._file < 0:
            return
        if self._failed:
            os.close(self._file)
            self._file = -1
            return
        self._add(
            {
                "kind": "footer",
                "wall": round(wall, 6),
                "deliveries": deliveries,
                "attempts": attempts,
                "complete": complete,
                "reached": reached,
                "lateness": {"p50": lateness.p50, "p99": lateness.p99, "max": lateness.max},
            }
        )
        try:
            self.flush()
        finally:
            os.close(self._file)
            self._file = -1

    def flush(self) -> None:
        """Hand every waiting line to the operating system: from then on it outlives this process."""
        if self._failed:
            raise self._failed
        if not self._waiting:
            return
        rest = memoryview(b"".join(self._waiting))
        self._waiting.clear()
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            # The last line may be cut short on the file: one more after it would make the two of them unreadable.
            self._failed = self._trouble(error)
            raise self._failed from error

    def _add(self, entry: Mapping[str, Any]) -> int:
        try:
            encoded = orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)
        except TypeError:  # a lone surrogate, a number beyond 64 bits, something of Python's own
            encoded = orjson.dumps(_plain(entry), option=orjson.OPT_APPEND_NEWLINE)
        self._waiting.append(encoded)
        self.size += len(encoded)
        self.line += 1
        return self.line

    def _text(self, entry: dict[str, Any], key: str, data: bytes) -> None:
        """Bytes as text where they are UTF-8, else in base64."""
        try:
            entry[key] = self._scrub(data.decode())
        except UnicodeDecodeError:
            # Latin-1 maps every byte to one character and back: known values are found in it all the same.
            entry[f"{key}_base64"] = base64.b64encode(self._scrub(data.decode("latin-1")).encode("latin-1")).decode()

    def _trouble(self, error: OSError) -> StorageError:
        remedy = "name another folder with --journal"
        if not isinstance(error, FileExistsError):
            remedy = f"free the disk, or {remedy}"
        return StorageError(f"cannot write the journal {self.path}: {error.strerror or error}", remedy)


def _plain(value: Any) -> Any:
    """A value as JSON can say it: what it cannot is written as Python would show it."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {_plain(str(name)): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 2**63):
        return value
    return _plain(str(value))


_CLOEXEC = getattr(os, "O_CLOEXEC", 0)


class Journal:
    """A journal on disk, read as often as anybody likes; `attempts` and `observations` are in order of the file.

    Raises:
        StorageError: it cannot be read, or is no journal; with path and line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut_short = False  # whether the last line read was incomplete
        first = next(self._lines(), None)
        if first is None or first[1].get("kind") != "header" or first[1].get("format") != FORMAT:
            raise StorageError(
                f"{path} is no journal of this version", f"its first line is to be a header of format {FORMAT}"
            )
        self.header = first[1]

    @classmethod
    def open(cls, path: str | Path) -> Self:
        return cls(Path(path))

    @cached_property
    def footer(self) -> Mapping[str, Any] | None:
        """The last line, where the run came to its end; None where it was killed. Reads the end of the file alone."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(file.seek(0, os.SEEK_END) - _FOOTER_BYTES, 0))
                tail = file.read()
            last = orjson.loads(tail[:-1].rpartition(b"\n")[2]) if tail.endswith(b"\n") else None
        except OSError as error:
            raise StorageError(f"cannot read the journal {self.path}: {error.strerror or error}") from error
        except ValueError:
            return None
        return last if isinstance(last, dict) and last.get("kind") == "footer" else None

    @property
    def complete(self) -> bool:
        """Whether all that was planned was played."""
        return self.footer is not None and bool(self.footer["complete"])

    def attempts(self) -> Iterator[Attempt]:
        """Every attempt, in the order their outcomes became known; those in doubt last."""
        open_intents: dict[int, Mapping[str, Any]] = {}
        for line, entry in self._entries():
            if entry["kind"] == "intent":
                open_intents[line] = entry
            elif entry["kind"] == "outcome":
                with self._reading(line):
                    intent = open_intents.pop(entry["of"])
                    attempt = _attempt(entry["of"], intent, line, entry)
                yield attempt
        for line, intent in open_intents.items():
            with self._reading(line):
                attempt = _attempt(line, intent, line, None)
            yield attempt

    def observations(self) -> Iterator[Observation]:
        """Every reading of the receiver's state."""
        for line, entry in self._entries():
            if entry["kind"] == "observation":
                with self._reading(line):
                    seen = Observation(line=line, **{name: value for name, value in entry.items() if name != "kind"})
                yield seen

    def notes(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Line number and entry of every note."""
        return ((line, entry) for line, entry in self._entries() if entry["kind"] == "note")

    @cached_property
    def lost(self) -> str:
        """Why the receiver, killed by the scenario, did not come back; "" when it was not, or did."""
        return next((entry["detail"] for _, entry in self.notes() if entry["what"] == DID_NOT_COME_BACK), "")

    @contextmanager
    def _reading(self, line: int) -> Iterator[None]:
        """Says where, when an entry is not what it should be."""
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StorageError(f"{self.path}: line {line} is no journal entry: {error!r}") from error

    def _entries(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        return iter(self._short) if self._short is not None else self._lines()

    @cached_property
    def _short(self) -> list[tuple[int, Mapping[str, Any]]] | None:
        """All entries, when they are few enough to keep."""
        kept = []
        for entry in self._lines():
            kept.append(entry)
            if len(kept) > _KEPT_IN_MEMORY:
                return None
        return kept

    def _lines(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        number = 0
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(file, start=1):
                    if not line.endswith(b"\n"):
                        self.cut_short = True
                        return
                    entry = orjson.loads(line)
                    if not isinstance(entry, dict) or "kind" not in entry:
                        raise ValueError("not an entry")
                    yield number, entry
        except OSError as error:
            raise StorageError(f"cannot read the journal {self.path}: {error.strerror or error}") from error
        except ValueError as error:
            raise StorageError(f"{self.path}: line {number} is no journal entry: {error}") from error


def attempt_at(path: Path, intent: int, outcome: int) -> Attempt:
    """The attempt whose lines begin at these bytes of a journal; its line numbers are not known, and 0.

    An `outcome` below 0 is none: the attempt is in doubt.

    Raises:
        StorageError: the journal cannot be read, or has something else there.
    """
    try:
        with path.open("rb") as file:
            file.seek(intent)
            begun = orjson.loads(file.readline())
            file.seek(max(outcome, 0))
            ended = orjson.loads(file.readline()) if outcome >= 0 else None
        return _attempt(0, begun, 0, ended)
    except OSError as error:
        raise StorageError(f"cannot read the journal {path}: {error.strerror or error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StorageError(f"{path} has no attempt at byte {intent}: {error!r}", "it was changed since") from error


def _attempt(line: int, intent: Mapping[str, Any], outcome_line: int, outcome: Mapping[str, Any] | None) -> Attempt:
    """Intent and outcome as one."""
    ended: Mapping[str, Any] = outcome or {"outcome": "in-doubt", "detail": "the run ended before an answer was seen"}
    method, _, rest = intent["head"].partition(" ")
    return Attempt(
        line=line,
        outcome_line=outcome_line,
        number=intent["n"],
        attempt=intent["attempt"],
        step=intent["step"],
        copy=intent["copy"],
        event=intent["event"],
        export=intent["export"],
        run=intent["run"],
        id=intent["id"],
        status=intent["status"],
        time=intent["time"],
        definition_id=intent["definition_id"],
        end=intent["end"],
        valid=intent["valid"],
        credentials=intent["credentials"],
        fault=intent["fault"],
        at=intent["at"],
        due=intent["due"],
        timeout=intent["timeout"],
        endpoint=intent["endpoint"],
        method=method,
        url=rest.partition(" ")[0],
        head=intent["head"],
        body=_bytes(intent, "body"),
        intended=intent["wall"],
        outcome=Outcome(ended["outcome"]),
        answer_status=ended.get("status", 0),
        answer_head=ended.get("head", ""),
        answer_body=_bytes(ended, "body"),
        late=ended.get("late", 0.0),
        sent=ended.get("sent", 0.0),
        done=ended.get("done", 0.0),
        connection=ended.get("connection", 0),
        reused=ended.get("reused", False),
        capped=ended.get("capped", False),
        hung_up=ended.get("hung_up", False),
        detail=ended.get("detail", ""),
        final=ended.get("final", True),
    )


def _bytes(entry: Mapping[str, Any], key: str) -> bytes:
    if f"{key}_base64" in entry:
        return base64.b64decode(entry[f"{key}_base64"])
    text = entry.get(key, "")
    return text.encode() if isinstance(text, str) else b""
