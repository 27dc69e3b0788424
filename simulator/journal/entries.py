"""What the lines of a journal say: entries made of the words, and the words made of entries."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from simulator.model import Attempt, Delivery, Exchange, Observation, Outcome
from simulator.redaction import answer_head, everywhere

FORMAT = 1
DID_NOT_COME_BACK = "did not come back"  # the note that says why a receiver that was killed is not there any more

Scrub = Callable[[str], str]
"""Takes a text that a receiver or an author wrote and returns it without known secrets."""


def intent_entry(delivery: Delivery, attempt: int, wall: float, scrub: Scrub) -> dict[str, Any]:
    """An attempt is about to be made."""
    # Taken apart at once: to look up each name costs three times as much, and this is done for every attempt.
    (number, step, copy, event, export, run, id_, status, time, definition_id,
     end, valid, credentials, at, due, route, body, script, _, fault_name) = delivery  # fmt: skip
    entry: dict[str, Any] = {
        "kind": "intent",
        "wall": micro(wall),
        "n": number,
        "attempt": attempt,
        "step": step,
        "copy": copy,
        "event": event,
        "export": export,
        "run": run,
        "id": id_,
        "status": status,
        "time": time,
        "definition_id": definition_id,
        "end": end,
        "valid": valid,
        "credentials": credentials,
        "fault": script is not None,
        "at": at,
        "due": due,
        "timeout": route.timeout,
        "endpoint": route.endpoint,
        "head": scrub(delivery.shown_head),
    }
    if fault_name:
        entry["fault_name"] = scrub(fault_name)
    _put_text(entry, "body", body, scrub)
    return entry


def outcome_entry(
    of: int, delivery: Delivery, exchange: Exchange, *, late: float, final: bool, scrub: Scrub, held: float = 0.0
) -> dict[str, Any]:
    """What came of the attempt whose intent is line `of`. `held`: how much of `late` is no fault of the sender."""
    outcome, status, head, body, size, sha256, capped, sent, done, connection, reused, detail, hung_up = exchange
    entry: dict[str, Any] = {
        "kind": "outcome",
        "of": of,
        "n": delivery.number,
        "outcome": outcome,
        "status": status,
        "late": micro(late),
        "sent": micro(sent),
        "done": micro(done),
        "connection": connection,
        "reused": reused,
        "final": final,
    }
    if detail:
        entry["detail"] = scrub(detail)
    if held:
        entry["held"] = micro(held)
    if head:
        entry["head"] = scrub(answer_head(head))
    if size:
        entry |= {"size": size, "sha256": sha256}
        _put_text(entry, "body", body, scrub)
    if capped:
        entry["capped"] = True
    if hung_up:
        entry["hung_up"] = True
    return entry


def observation_entry(seen: Observation, scrub: Scrub) -> dict[str, Any]:
    """The receiver's state was read."""
    return {
        "kind": "observation",
        "probe": seen.probe,
        "export": seen.export,
        "run": seen.run,
        "id": seen.id,
        "moment": seen.moment,
        "asked": micro(seen.asked),
        "done": micro(seen.done),
        "present": seen.present,
        "values": everywhere(scrub, dict(seen.values)),
        "status": seen.status,
        "detail": scrub(seen.detail),
    }


def micro(seconds: float) -> float:
    """To the microsecond: `round(seconds, 6)` for moments, at a third of its cost.

    >>> micro(1.23456789), micro(0.0)
    (1.234568, 0.0)
    """
    return round(seconds * 1e6) / 1e6


def _put_text(entry: dict[str, Any], key: str, data: bytes, scrub: Scrub) -> None:
    """Bytes as text where they are UTF-8, else in base64."""
    try:
        entry[key] = scrub(data.decode())
    except UnicodeDecodeError:
        # Latin-1 maps every byte to one character and back: known values are found in it all the same.
        entry[f"{key}_base64"] = base64.b64encode(scrub(data.decode("latin-1")).encode("latin-1")).decode()


def attempt_of(line: int, intent: Mapping[str, Any], outcome_line: int, outcome: Mapping[str, Any] | None) -> Attempt:
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
        fault_name=intent.get("fault_name", ""),
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
        held=ended.get("held", 0.0),
        sent=ended.get("sent", 0.0),
        done=ended.get("done", 0.0),
        connection=ended.get("connection", 0),
        reused=ended.get("reused", False),
        capped=ended.get("capped", False),
        hung_up=ended.get("hung_up", False),
        detail=ended.get("detail", ""),
        final=ended.get("final", True),
    )


def observation_of(line: int, entry: Mapping[str, Any]) -> Observation:
    """A reading of the receiver's state."""
    return Observation(line=line, **{name: value for name, value in entry.items() if name != "kind"})


def _bytes(entry: Mapping[str, Any], key: str) -> bytes:
    if f"{key}_base64" in entry:
        return base64.b64decode(entry[f"{key}_base64"])
    text = entry.get(key, "")
    return text.encode() if isinstance(text, str) else b""
