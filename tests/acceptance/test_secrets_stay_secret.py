"""Twelve secrets are planted wherever one can stand; none turns up in anything that is written or shown."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

from tests.acceptance.conftest import Answering, Command

IN_FILES = (
    *("BEARER", "BASIC", "QUERY", "HEADER", "PROBE_HEADER", "PROBE_QUERY", "ENDPOINT", "SCENARIO_HEADER", "PATH_TOKEN"),
    "READY",
)
IN_FLAGS = ("FLAG_AUTHORIZATION", "FLAG_HEADER", "FLAG_QUERY")
CANARIES = {name: f"canary-{number:02d}-sesame/+x" for number, name in enumerate((*IN_FILES, *IN_FLAGS), 1)}

RECEIVER = """\
receiver: canaries
ready: {url}/ready?token=${{env:READY}}
authorization: Bearer ${{env:BEARER}}
endpoints:
  clevertap:
    url: {url}/hooks/${{env:PATH_TOKEN}}?token=${{env:QUERY}}
    headers: {{X-Api-Key: "${{env:HEADER}}", X-Other: "${{env:ENDPOINT}}"}}
  reachfive:
    url: {url}/hooks/reachfive
    authorization: Basic ${{env:BASIC}}
probes:
  export:
    get: {url}/exports/{{provider}}/{{id}}?key=${{env:PROBE_QUERY}}
    headers: {{X-Probe: "${{env:PROBE_HEADER}}"}}
    select: {{status: "$.status"}}
"""
SCENARIO = """\
scenario: Secrets
provider: {provider}
clock: {{scale: instant}}
webhook: {{headers: {{X-Partner: "${{env:SCENARIO_HEADER}}"}}}}
exports: {{one: {{}}}}
timeline:
  forged: {{event: {event}, export: one, at: 1h, credentials: wrong}}
expect: {{each: {{status: 299}}, forged: {{status: refused}}}}
then:
  - eventually: {{of: one, status: Completed, within: 300ms}}
"""


def forms(secret: str) -> set[bytes]:
    """The secret as an echo may spell it."""
    raw = secret.encode()
    return {raw, quote(secret, safe="").encode(), base64.b64encode(raw), json.dumps(secret).strip('"').encode()}


def environment() -> dict[str, str]:
    """The variables that the files name; what stands in a URL is percent-encoded there, as it must be."""
    in_urls = ("QUERY", "PROBE_QUERY", "READY", "PATH_TOKEN")
    values = {name: quote(CANARIES[name], safe="") if name in in_urls else CANARIES[name] for name in IN_FILES}
    return values | {"BASIC": base64.b64encode(f"user:{CANARIES['BASIC']}".encode()).decode()}


def echo(answering: Answering, names: tuple[str, ...]) -> None:
    """Let the receiver send these secrets back, spelled in several ways, in answers and in its state."""
    values = [CANARIES[name] for name in names]
    spelled = [*values, *map(json.dumps, values), *(base64.b64encode(one.encode()).decode() for one in values)]
    body = "\n".join([*spelled, *(quote(one, safe="") for one in values)])
    answering.rule = lambda *_: 500
    answering.body = body.encode()
    answering.state = lambda path: (200, b"{}" if path.startswith("/ready") else json.dumps({"status": body}).encode())


def test_no_secret_is_in_any_output_journal_report_or_error(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    (tmp_path / "receiver.yaml").write_text(RECEIVER.format(url=answering.url))
    for provider, event in (("clevertap", "completed"), ("reachfive", "finished")):
        (tmp_path / f"{provider}.yaml").write_text(SCENARIO.format(provider=provider, event=event))
    reports = [word for form in ("text", "json", "junit") for word in ("--report", f"{form}=report.{form}")]
    flags = ["--to", f"{answering.url}/?t={quote(CANARIES['FLAG_QUERY'], safe='')}"]
    flags += ["--authorization", f"Bearer {CANARIES['FLAG_AUTHORIZATION']}"]
    flags += ["--header", f"X-Name: {CANARIES['FLAG_HEADER']}"]
    said = b""
    for names, words in (
        (
            IN_FILES,
            ["run", "clevertap.yaml", "reachfive.yaml", "--receiver", "receiver.yaml", "--journal", "j", *reports],
        ),
        (IN_FILES, ["run", "clevertap.yaml", "--receiver", "receiver.yaml", "--journal", "j2", "--json"]),
        (IN_FILES, ["plan", "clevertap.yaml", "--receiver", "receiver.yaml"]),
        (IN_FILES, ["plan", "reachfive.yaml", "--receiver", "receiver.yaml", "--json"]),
        (IN_FILES, ["doctor", "--receiver", "receiver.yaml"]),
        (IN_FLAGS, ["trigger", "clevertap.completed", *flags]),
    ):
        echo(answering, names)
        ended = partnersim(*words, env=environment())
        assert ended.returncode in {0, 1, 4}, ended.stderr
        said += (ended.stdout + ended.stderr).encode()
    journals = sorted(tmp_path.rglob("*.ndjson"))
    judged = partnersim("judge", *journals, "-v").stdout
    assert "forged" in judged
    said += judged.encode()

    headers = "\n".join(f"{path} {heads}" for path, heads, _ in answering.requests)
    assert all(CANARIES[name] in headers for name in ("BEARER", "HEADER", "ENDPOINT", "SCENARIO_HEADER", "FLAG_HEADER"))
    inputs = {"receiver.yaml", "clevertap.yaml", "reachfive.yaml"}
    written = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.name not in inputs]
    everything = b"\n".join([said, *written])
    assert len(everything) > 20_000
    assert [name for name, value in CANARIES.items() if any(form in everything for form in forms(value))] == []
