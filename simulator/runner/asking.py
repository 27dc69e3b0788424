"""Asks a probe for the receiver's state of one export, and says what its answer shows."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple, NoReturn
from urllib.parse import quote

from jsonpath_rfc9535 import JSONPathError, JSONPathQuery
from jsonpath_rfc9535 import compile as parsed

from simulator import limits
from simulator.authoring import parse_url
from simulator.model import Exchange, Observation, Outcome
from simulator.receiver import Probe
from simulator.wire import Send, get, once

_ASKING = (("Accept", "application/json"),)

Moment = Literal["before", "after", "end"]


class Subject(NamedTuple):
    """One thing a probe is asked about: the URL already filled in."""

    probe: str
    url: str
    export: str
    run: int
    id: str


def subject_of(probe: Probe, provider: str, *, id_: str, definition_id: str, export: str, run: int) -> Subject:
    """An export, as this probe is asked about it."""
    url = probe.get
    for name, value in (("provider", provider), ("id", id_), ("definition_id", definition_id)):
        url = url.replace("{" + name + "}", quote(value, safe=""))
    return Subject(probe.name, url, export, run, id_)


async def read(send: Send, probe: Probe, subject: Subject, moment: Moment, now: Callable[[], float]) -> Observation:
    """One reading; `now` gives its moments. Never raises for what a receiver does."""
    asked = now()
    answer = await once(send, get(parse_url(subject.url), limits.PROBE_TIMEOUT, _ASKING + probe.headers))
    return observed(probe, answer, subject, moment, asked, now())


def observed(
    probe: Probe, answer: Exchange, subject: Subject, moment: Moment, asked: float, done: float
) -> Observation:
    """What an answer of a probe says of a subject."""
    present: bool | None = None
    values: Mapping[str, Any] = {}
    detail = ""
    if answer.outcome is not Outcome.ANSWERED:
        detail = f"{answer.outcome}: {answer.detail}" if answer.detail else str(answer.outcome)
    elif answer.status in probe.absent:
        present = False
    elif answer.status != 200:
        detail = f"the probe answered {answer.status}, which is neither 200 nor among its `absent`"
    else:
        try:
            content = _content(answer.body, answer.size)
            values = selected(probe.select, content)
            present = _there(probe.select, values, content)
        except ValueError as error:
            detail = str(error)
    return Observation(
        line=0,
        probe=probe.name,
        export=subject.export,
        run=subject.run,
        id=subject.id,
        moment=moment,
        asked=asked,
        done=done,
        present=present,
        values=values,
        status=answer.status,
        detail=detail,
    )


def _there(select: Mapping[str, str], values: Mapping[str, Any], content: Any) -> bool:
    """Whether an answer of 200 speaks of an export: names that are null are how some services say that it is unknown.

    Where none of the names is there, what they would stand in tells: `$.export.status` of `{"export": null}` speaks of
    none, `$.status` of `{"state": "new"}` does. A list that is empty tells nothing where another name would have told,
    and everything where there are only lists.
    """
    told = [one for one in values.values() if one != []]
    if told:
        return any(one is not None for one in told)
    single = [path for path in map(_parsed, select.values()) if path.singular_query()]
    around = [JSONPathQuery(env=path.env, segments=path.segments[:-1]).find(content).values() for path in single]
    return not single or any(found and found[0] is not None for found in around)


def _content(body: bytes, size: int) -> Any:
    """What an answer says as JSON.

    Raises:
        ValueError: it is none, or too long.
    """
    if size > len(body):
        raise ValueError(f"the probe's answer has {size} bytes; at most {limits.ANSWER_KEPT} are read")
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the probe's answer is no JSON: {error}") from error


def selected(select: Mapping[str, str], content: Any) -> dict[str, Any]:
    """The named values of a JSON answer: a list where the query may find several, else the value, left out if missing.

    Raises:
        ValueError: a query cannot be followed that deep.
    """
    values: dict[str, Any] = {}
    for name, query in select.items():
        try:
            path = _parsed(query)
            found = path.find(content).values()
        except (JSONPathError, RecursionError) as error:
            raise ValueError(f"the probe's query {query} for {name} failed: {error}") from error
        if not path.singular_query():
            values[name] = list(found)  # one that may find several makes a list, also of one and of none
        elif found:
            values[name] = found[0]
    return values


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


@lru_cache(maxsize=256)
def _parsed(query: str) -> JSONPathQuery:
    return parsed(query)
