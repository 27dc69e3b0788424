"""Reads receiver files: YAML → `Receiver`, with the environment's values in their places."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from simulator import clock
from simulator.authoring import secrets
from simulator.authoring.files import content
from simulator.authoring.findings import Findings
from simulator.authoring.partners import unknown_partner
from simulator.authoring.promises import codes
from simulator.documents import did_you_mean, parse, parse_url, quoted
from simulator.documents.headers import wrong_name, wrong_value
from simulator.errors import UsageError
from simulator.model import Pairs
from simulator.receiver import Endpoint, Probe, Receiver, Tls

PLACEHOLDERS: Final = ("provider", "id", "definition_id")
_BRACES: Final = re.compile(r"\{([^{}]*)\}?|\}")
_KNOWN: Final = f"there are {', '.join(f'{{{one}}}' for one in PLACEHOLDERS)}"


def load_receiver(path: str, env: Mapping[str, str]) -> Receiver:
    """The receiver that a file describes. `env` are the variables that `${env:NAME}` may name.

    Raises:
        UsageError: the file cannot be read.
        DocumentError: every mistake in it.
    """
    return parse_receiver(content(Path(path), "receiver file"), path, env)


def parse_receiver(data: bytes | str, source: str, env: Mapping[str, str]) -> Receiver:
    """The receiver that a text describes; `source` names it in messages, and its folder is where TLS files are.

    Raises:
        DocumentError: every mistake in it.
    """
    document = parse(data, source, "receiver", env=env)
    findings = Findings(document)
    value = document.value
    made = Receiver(
        name=value["receiver"],
        source=source,
        endpoints={name: _endpoint(findings, name, keys) for name, keys in value["endpoints"].items()},
        ready=parse_url(value["ready"]) if "ready" in value else None,
        start=value.get("start"),
        authorization=value.get("authorization"),
        acknowledges=codes(value["acknowledges"]) if "acknowledges" in value else None,
        probes={name: _probe(findings, name, keys) for name, keys in value.get("probes", {}).items()},
        words={word: tuple(own) if isinstance(own, list) else (own,) for word, own in value.get("words", {}).items()},
        supports=value.get("supports", {}),
        tls=_tls(findings, value.get("tls", {}), Path(source).parent),
        secrets=tuple(dict.fromkeys((*_configured(value), *_from_environment(findings, env)))),
        in_shell=_in_shell(findings, ()),
    )
    findings.settle()
    return made


def receiver_at(url: str, *, authorization: str | None = None, headers: Pairs = ()) -> Receiver:
    """A receiver that takes every partner's notifications at one URL.

    Raises:
        UsageError: the URL, the credentials or a header cannot be sent.
    """
    try:
        where = parse_url(url)
    except ValueError as error:
        raise UsageError(str(error), "e.g. http://127.0.0.1:8000/hooks/clevertap") from None
    for name, value in headers:
        if wrong := wrong_name(name) or wrong_value(name, value):
            raise UsageError(*wrong)
    if authorization is not None and (wrong := wrong_value("Authorization", authorization)):
        raise UsageError(*wrong)
    if authorization == "":
        raise UsageError("the value of `Authorization` is empty", "leave it out, or give one such as Bearer abc")
    hidden = (authorization or "", *secrets.of_headers(headers), *secrets.of_url(url))
    return Receiver(
        name=str(where._replace(target=where.target.partition("?")[0])),
        endpoints={"*": Endpoint(url=where, headers=headers)},
        authorization=authorization,
        secrets=tuple(one for one in dict.fromkeys(hidden) if one),
    )


def check_headers(findings: Findings, headers: Mapping[str, str], path: tuple[str | int, ...]) -> Pairs:
    """Headers as pairs; those that are not the author's to set are added to the findings."""
    for name in headers:
        if wrong := wrong_name(name):
            findings.add((*path, name), *wrong, key=True)
    return tuple(headers.items())


def _endpoint(findings: Findings, name: str, keys: dict[str, Any]) -> Endpoint:
    path = ("endpoints", name)
    if name != "*" and (wrong := unknown_partner(name)):
        findings.add(path, *wrong, key=True)
    timeout = clock.seconds(keys["timeout"]) if "timeout" in keys else None
    if timeout == 0:
        findings.add((*path, "timeout"), "no answer comes in no time", "e.g. timeout: 5s")
    return Endpoint(
        url=parse_url(keys["url"]),
        timeout=timeout,
        headers=check_headers(findings, keys.get("headers", {}), (*path, "headers")),
        authorization=keys.get("authorization"),
        in_shell=_in_shell(findings, path),
    )


def _in_shell(findings: Findings, path: tuple[str | int, ...]) -> str:
    """How a shell says the `authorization` at that place."""
    return secrets.in_shell(findings.document.references.get((*path, "authorization"), ""))


def _probe(findings: Findings, name: str, keys: dict[str, Any]) -> Probe:
    path = ("probes", name)
    _template(findings, keys["get"], (*path, "get"))
    absent = keys.get("absent", 404)
    headers: dict[str, str] = keys.get("headers", {})
    ours = {one: value for one, value in headers.items() if one.lower() == "authorization"}
    free = {one: value for one, value in headers.items() if one not in ours}
    check_headers(findings, free, (*path, "headers"))
    return Probe(
        name=name,
        get=keys["get"],
        headers=tuple(headers.items()),
        absent=tuple(map(int, absent)) if isinstance(absent, list) else (int(absent),),
        select=keys.get("select", {}),
    )


def _template(findings: Findings, template: str, path: tuple[str | int, ...]) -> None:
    """A probe's URL: placeholders that exist, after the host; and a URL once they are filled in."""
    hidden = path in findings.document.references
    for match in _BRACES.finditer(template):
        if match[1] is None or match[0][-1] != "}":
            findings.add(path, "the URL has a brace without its other half", _KNOWN)
            return
        if match[1] not in PLACEHOLDERS:
            near = did_you_mean(match[1], PLACEHOLDERS)
            findings.add(path, f"{quoted(match[0])} stands for nothing{near}", _KNOWN)
            return
    host, filled = template.partition("://")[2].partition("/")[0].partition("?")[0], _BRACES.sub(r"\1", template)
    if "{" in host:
        findings.add(path, "a placeholder stands where the host is", "use placeholders in path and query only")
        return
    if "{id}" not in template:
        # Readings are laid side by side by id: a URL that two exports share would lend one the state of the other.
        findings.add(path, "the URL is the same for every export: it has no `{id}`", "name the export by {id} in it")
        return
    try:
        parse_url(filled)
    except ValueError as error:
        message = "`get`, once the environment's values are in it, is not a URL" if hidden else str(error)
        findings.add(path, message, "e.g. http://127.0.0.1:8000/exports/{provider}/{id}")


def _tls(findings: Findings, keys: dict[str, Any], folder: Path) -> Tls:
    """Paths beside the receiver file, each of a file that exists."""
    paths: dict[str, str] = {}
    for name in ("ca", "certificate", "key"):
        if name in keys:
            file = folder / keys[name]
            paths[name] = str(file)
            if not file.is_file():
                findings.add(("tls", name), f"there is no file {quoted(file)}", "the path is relative to this file")
    return Tls(**paths, insecure=keys.get("insecure", False))


def _configured(value: dict[str, Any]) -> Iterable[str]:
    """Values that the file itself says to be credentials, in whatever way they came into it."""
    endpoints, probes = value["endpoints"].values(), value.get("probes", {}).values()
    yield from (one["authorization"] for one in (value, *endpoints) if "authorization" in one)
    for one in (*endpoints, *probes):
        yield from secrets.of_headers(tuple(one.get("headers", {}).items()))
        yield from secrets.of_url(one.get("url") or one.get("get", ""))
    yield from secrets.of_url(value.get("ready", ""))


def _from_environment(findings: Findings, env: Mapping[str, str]) -> Iterable[str]:
    for path, written in findings.document.references.items():
        yield from secrets.of_environment(written, env, url=path[-1] in {"url", "get", "ready"})
