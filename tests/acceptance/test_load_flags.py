"""What `partnersim load` is told of TLS, headers and partners reaches the processes that send."""

import json
import ssl
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import trustme

from tests.acceptance.conftest import Answering, Command, keep_statuses

pytestmark = [
    pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: pip install '.[load]'"),
    pytest.mark.xdist_group("load"),  # one at a time: they look at their own lateness
]
SHORT = ("--rate", "40/s", "--for", "1s", "--life", "200ms", "--window", "300ms", "--sender-lateness", "30s")
PLAIN = ("--repeat", "0%", "--stale", "0%", "--malformed", "0%", "--unauthorized", "0%")
SECRET = "opensesame-opensesame-9"
RECEIVER = """\
receiver: mine
endpoints:
  clevertap: {{url: "{url}/hooks"}}
probes:
  export:
    get: "{url}/exports/{{id}}"
    select: {{status: "$.status", effects: "$.effects"}}
"""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def keeping(tmp_path: Path, authority: trustme.CA) -> Iterator[Answering]:
    """A receiver behind TLS of an authority of its own, with its file; it keeps the last status of each export."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    receiver = Answering(context)
    keep_statuses(receiver)
    (tmp_path / "receiver.yaml").write_text(RECEIVER.format(url=receiver.url))
    yield receiver
    receiver.close()


@pytest.mark.parametrize("more", [(), ("--workers", "2"), ("--client", "http"), ("--client", "fast")], ids=" ".join)
def test_an_authority_that_is_named_is_trusted_by_whoever_sends_and_whoever_looks(
    partnersim: Command, tmp_path: Path, keeping: Answering, more: tuple[str, ...]
) -> None:
    words = ("--receiver", "receiver.yaml", "--cacert", "ca.pem", *SHORT, *PLAIN, *more)
    ended = partnersim("load", *words, "--json", "--journal", "j")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert told["load"]["ledger"]["checked"] == told["load"]["ledger"]["known"] > 0
    assert told["load"]["acknowledged"] == told["load"]["planned"] == len(keeping.requests)
    assert json.loads((tmp_path / "j/orders.json").read_text())["ca"] == str(tmp_path / "ca.pem")
    assert told["plays"][0]["note"] == ""
    assert "--receiver receiver.yaml --cacert ca.pem " in told["verdicts"][0]["reproduce"]


def test_an_authority_that_nobody_named_is_not_trusted_and_that_is_said(
    partnersim: Command, keeping: Answering
) -> None:
    ended = partnersim("load", "--receiver", "receiver.yaml", *SHORT, *PLAIN)
    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert "unable to get local issuer certificate" in " ".join(ended.stdout.split())
    assert keeping.requests == []


@pytest.mark.parametrize("shown", [True, False])
def test_a_certificate_of_the_senders_own_is_shown_where_one_is_wanted(
    partnersim: Command, tmp_path: Path, authority: trustme.CA, shown: bool
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    own = authority.issue_cert("sender@example.com")
    own.private_key_pem.write_to_path(tmp_path / "key.pem")
    (tmp_path / "cert.pem").write_bytes(b"".join(one.bytes() for one in own.cert_chain_pems))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    receiver = Answering(context)
    words = ("--to", f"{receiver.url}/hooks", "--partner", "reachfive", "--cacert", "ca.pem")
    ended = partnersim("load", *words, *(("--cert", "cert.pem", "--key", "key.pem") if shown else ()), *SHORT, *PLAIN)
    receiver.close()
    assert ended.returncode == (4 if shown else 3), ended.stdout + ended.stderr  # 4: without a probe; 3: never reached
    assert bool(receiver.requests) is shown
    assert ("certificate required" in " ".join(ended.stdout.split())) is not shown


def test_what_is_not_verified_stands_in_the_report(partnersim: Command, keeping: Answering) -> None:
    words = ("--to", f"{keeping.url}/hooks", "--partner", "clevertap", "--insecure", "--report", "json=r.json")
    ended = partnersim("load", *words, *SHORT, *PLAIN)
    assert ended.returncode == 4, ended.stdout + ended.stderr  # without a probe
    assert "TLS was not verified" in ended.stdout
    assert keeping.requests


def test_a_file_that_cannot_be_used_is_said_before_there_is_a_folder(
    partnersim: Command, tmp_path: Path, keeping: Answering
) -> None:
    (tmp_path / "ca.pem").write_text("")
    for words in (("--cacert", "ca.pem"), ("--cacert", "missing.pem"), ("--key", "ca.pem")):
        ended = partnersim("load", "--receiver", "receiver.yaml", *words, *SHORT)
        assert ended.returncode == 2, ended.stdout + ended.stderr
        assert words[1] in ended.stderr or "--key goes with --cert" in ended.stderr
    assert not (tmp_path / ".partnersim").exists()


def test_a_header_comes_with_every_notification_and_stands_in_no_file(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    headers = ("--header", f"X-Api-Key: {SECRET}", "--header", "X-Env: ci")
    words = ("--to", f"{answering.url}/hooks", "--partner", "clevertap", *headers, "--journal", "j")
    ended = partnersim("load", *words, *SHORT, *PLAIN, "--workers", "2")
    assert ended.returncode == 4, ended.stdout + ended.stderr  # without a probe
    assert {(one["X-Api-Key"], one["X-Env"]) for _, one, _ in answering.requests} == {(SECRET, "ci")}
    assert all("Export Request Id" in json.loads(body) for _, _, body in answering.requests)
    assert '--header "X-Api-Key: $X_API_KEY" --header "X-Env: $X_ENV"' in ended.stdout
    written = {path.name: path.read_bytes() for path in (tmp_path / "j").iterdir()} | {"": ended.stdout.encode()}
    assert [name for name, data in written.items() if SECRET.encode() in data] == []


def test_a_url_without_partner_or_scenario_says_what_would_do(partnersim: Command, answering: Answering) -> None:
    ended = partnersim("load", "--to", answering.url, *SHORT)
    assert ended.returncode == 2
    assert "say --partner clevertap or --partner reachfive, name a scenario" in ended.stderr
    assert answering.requests == []
