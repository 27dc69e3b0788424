"""Reads `timeline` of a scenario: the author's own deliveries."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final

import orjson

from simulator import clock
from simulator.authoring.exports import no_such_run
from simulator.authoring.findings import Findings, Path
from simulator.authoring.moments import Moments
from simulator.documents import did_you_mean, quoted
from simulator.scenario import Body, Export, Repeat, Step, export_named

_ONCE: Final = Repeat()
_LARGEST: Final = 2**64 - 1  # and down to -2**63: what payloads can be written with


def steps(findings: Findings, moments: Moments, exports: tuple[Export, ...]) -> tuple[Step, ...]:
    """Every step, in the file's order; what makes no sense is added to the findings."""
    written: dict[str, dict[str, Any]] = findings.document.value.get("timeline", {})
    known = {export.name: export for export in exports}
    made = []
    for name, keys in written.items():
        step = _step(findings, moments, name, keys)
        _names(findings, step, known)
        _export_and_run(findings, step, keys, known)
        made.append(step)
    return tuple(made)


def find_export(name: str, known: Mapping[str, Export]) -> Export | None:
    """The export that an author means: `nightly`, all of it, or `nightly-3`, one of several alike."""
    if name in known:
        return known[name]
    found = export_named(known, name)
    return found[0] if found else None


def unknown_export(name: str, known: Mapping[str, Export]) -> tuple[str, str]:
    """Message and remedy for a name that no export has."""
    message = f"there is no export {quoted(name)}{did_you_mean(name, known)}"
    return message, f"exports are: {', '.join(map(quoted, known))}" if known else "the file has no exports"


def _step(findings: Findings, moments: Moments, name: str, keys: dict[str, Any]) -> Step:
    path = ("timeline", name)
    repeat = keys.get("repeat")
    return Step(
        name=name,
        event=keys["event"],
        export=keys.get("export", ""),
        run=int(keys.get("run", 1)),
        at=moments.optional(keys, "at", path),
        deliver_at=moments.optional(keys, "deliver_at", path),
        repeat=Repeat(count=int(repeat["count"]), spacing=clock.seconds(repeat.get("spacing", 0))) if repeat else _ONCE,
        set=_altered(findings, keys, path),
        remove=tuple(keys.get("remove", ())),
        body=_body(findings, keys["body"], (*path, "body")) if "body" in keys else None,
        valid=keys.get("valid", True),
        credentials=keys.get("credentials", "right"),
        fault=_fault(findings, keys.get("fault", {}), path),
        timeout=_timeout(findings, keys, path),
    )


def _timeout(findings: Findings, keys: dict[str, Any], path: Path) -> float | None:
    timeout = clock.seconds(keys["timeout"]) if "timeout" in keys else None
    if timeout == 0:
        findings.add((*path, "timeout"), "no answer comes in no time", "e.g. timeout: 5s")
    return timeout


def _altered(findings: Findings, keys: dict[str, Any], path: Path) -> dict[str, Any]:
    """`set`, held against `remove` and against what a payload can be written with."""
    changed: dict[str, Any] = keys.get("set", {})
    for key, value in changed.items():
        if key in keys.get("remove", ()):
            findings.add((*path, "set", key), f"{quoted(key)} is both set and removed", "decide for one", key=True)
        if isinstance(value, int) and not -(2**63) <= value <= _LARGEST:
            message = f"a payload is not made with numbers of more than 64 bits: {quoted(value)}"
            findings.add((*path, "set", key), message, "write the whole payload as the text of `body`")
    return changed


def _body(findings: Findings, written: Any, path: Path) -> Body:
    """The bytes an author put in the place of the payload."""
    if written is None:
        return Body(data=b"")
    if isinstance(written, str):
        return Body(data=written.encode())
    if isinstance(written, dict) and set(written) == {"base64"} and isinstance(written["base64"], str):
        try:
            return Body(data=base64.b64decode("".join(written["base64"].split()), validate=True))
        except (binascii.Error, ValueError):
            findings.add((*path, "base64"), "this is not base64", "e.g. base64: /wA=")
            return Body(data=b"")
    try:
        return Body(data=orjson.dumps(written))
    except TypeError:  # whole numbers of more than 64 bits
        return Body(data=json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode())


def _fault(findings: Findings, written: dict[str, Any], path: Path) -> dict[str, Any]:
    """A fault and its setting; shares of 100 % leave nothing out and are no fault."""
    for name, key in (("truncate", "at"), ("pause", "after")):
        share, where = written.get(name), (*path, "fault", name)
        if isinstance(share, dict):
            share, where = share[key], (*where, key)
        if isinstance(share, str) and float(share.rstrip("%")) >= 100:
            findings.add(where, f"{quoted(share)} of a body is all of it: nothing would be left", "e.g. 60%")
    return written


def _names(findings: Findings, step: Step, known: Mapping[str, Export]) -> None:
    path = ("timeline", step.name)
    if step.name == "each":
        findings.add(path, "`each` stands for every delivery in `expect`", "name the step otherwise", key=True)
    elif find_export(step.name, known):
        message = f"an export is named {quoted(step.name)} too, and `expect` could mean either"
        findings.add(path, message, "name the step otherwise", key=True)


def _export_and_run(findings: Findings, step: Step, keys: dict[str, Any], known: Mapping[str, Export]) -> None:
    path = ("timeline", step.name)
    if not step.export:
        if "run" in keys:
            findings.add((*path, "run"), "`run` says nothing without `export`", "name the export besides", key=True)
        return
    export = find_export(step.export, known)
    if export is None:
        findings.add((*path, "export"), *unknown_export(step.export, known))
    elif export.count > 1 and step.export == export.name:
        message = f"{quoted(export.name)} is {export.count:,} exports"
        remedy = f"name one of them: {export.name}-1 to {export.name}-{export.count}"
        findings.add((*path, "export"), message, remedy)
    elif step.run > export.runs:
        findings.add((*path, "run"), *no_such_run(export, step.run))
