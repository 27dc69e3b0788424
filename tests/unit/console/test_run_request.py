"""What a run may be asked with: everything that is wrong is told at once, and nothing of this machine is read."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator.authoring import parse_receiver
from simulator.console.refusal import Refusal
from simulator.console.scenario_runs.request import (
    MISTAKES,
    RECEIVER_BYTES,
    TEXT_BYTES,
    Grounds,
    RunRequest,
    check_pace,
    planned,
    wanted_receiver,
    wanted_scenario,
)
from simulator.receiver import Receiver, Tls
from simulator.runner.prepare import Settings

CANARY = "cn4ry-9f8e7d6c5b4a"
OWN_PORT = 8123
GROUNDS = Grounds(never=frozenset({OWN_PORT}), allow=frozenset({"93.184.216.34"}))
TEXT = "scenario: One\nprovider: clevertap\nexports: {nightly: {partner: Amazon S3}}\n"


def receiver(url: str = "http://127.0.0.1:8000/hooks", **more: Any) -> dict[str, Any]:
    return {"receiver": "staging", "endpoints": {"clevertap": {"url": url}}, **more}


def refused(**request: Any) -> Refusal:
    """Why that request is refused."""

    def ask() -> None:
        asked = RunRequest(**request)
        check_pace(asked)
        wanted_scenario(asked)
        wanted_receiver(asked, GROUNDS)

    with pytest.raises(Refusal) as caught:
        ask()
    return caught.value


def everything(refusal: Refusal) -> str:
    return f"{refusal.message} {refusal.remedy} {refusal.details}"


class TestScenarios:
    def test_a_shipped_one_is_found_by_its_name(self) -> None:
        assert wanted_scenario(RunRequest(scenario="clevertap/one-time-export")).provider == "clevertap"

    def test_a_near_miss_brings_a_suggestion(self) -> None:
        assert "did you mean `clevertap/one-time-export`?" in refused(scenario="clevertap/one-time-exprt").message

    @pytest.mark.parametrize(
        "name",
        [
            "../scenarios/clevertap/one-time-export",
            "clevertap/../clevertap/one-time-export",
            "clevertap/one-time-export.yaml",
            "scenarios/clevertap/one-time-export.yaml",
            "/etc/passwd",
            "clevertap/one-time-export\0",
            "\0",
            "",
            "clevertap",
            "clevertap/*",
            "CLEVERTAP/one-time-export",
            "x" * 100_000,
            "~",
            "\udcff",
        ],
    )
    def test_no_other_name_leads_to_a_file(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(Path(__file__).resolve().parents[3])  # where such files are
        assert "there is no scenario" in refused(scenario=name).message

    def test_a_file_that_is_there_is_not_read(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.yaml"
        file.write_text(TEXT)
        assert "there is no scenario" in refused(scenario=str(file)).message

    @pytest.mark.parametrize("asked", [{}, {"scenario": "clevertap/one-time-export", "text": TEXT}])
    def test_either_a_name_or_a_text(self, asked: dict[str, str]) -> None:
        assert "either `scenario` or `text`" in refused(**asked).message

    def test_every_mistake_comes_with_line_and_column(self) -> None:
        refusal = refused(text="scenario: One\nprovider: clevertap\nexports:\n  nightly: {partner: S3, frequncy: x}\n")
        assert refusal.reason == "unfit"
        assert refusal.details["in"] == "text"
        told = refusal.details["mistakes"]
        assert [(one["line"], one["path"]) for one in told] == [
            (4, "exports.nightly.partner"),
            (4, "exports.nightly.frequncy"),
        ]
        assert [one["column"] for one in told] == [22, 26]
        assert told[0]["message"] in refusal.message

    def test_mistakes_of_planning_come_with_their_place_too(self, tmp_path: Path) -> None:
        text = TEXT + "timeline: {odd: {at: 1m, event: completed, export: nightly, set: {Status: Nonsense}}}\n"
        asked = RunRequest(text=text, to="http://127.0.0.1:8000/")
        with pytest.raises(Refusal) as caught:
            planned(wanted_scenario(asked), wanted_receiver(asked, GROUNDS), Settings(journals=tmp_path, seed=1))
        assert caught.value.details["mistakes"][0]["line"] == 4

    def test_a_partner_that_the_receiver_does_not_know_is_told_before_anything_is_sent(self, tmp_path: Path) -> None:
        asked = RunRequest(scenario="reachfive/successful-export", receiver=receiver())
        with pytest.raises(Refusal, match="no endpoint for reachfive"):
            planned(wanted_scenario(asked), wanted_receiver(asked, GROUNDS), Settings(journals=tmp_path, seed=1))

    def test_a_scenario_that_kills_the_receiver_is_refused_since_the_service_starts_none(self, tmp_path: Path) -> None:
        asked = RunRequest(text=f"{TEXT}restart: {{at: 1m}}\n", receiver=receiver())
        with pytest.raises(Refusal, match="the service starts none") as caught:
            planned(wanted_scenario(asked), wanted_receiver(asked, GROUNDS), Settings(journals=tmp_path, seed=1))
        assert caught.value.reason == "unfit"

    def test_of_very_many_mistakes_only_the_first_are_told(self) -> None:
        text = TEXT + "timeline:\n" + "".join(f"  s{number}: {{att: 1s}}\n" for number in range(500))
        refusal = refused(text=text)
        assert len(refusal.details["mistakes"]) == MISTAKES
        assert f"mistakes, the first {MISTAKES} of them" in refusal.message

    @pytest.mark.parametrize(
        "text",
        [
            "x" * (TEXT_BYTES + 1),
            "é" * (TEXT_BYTES // 2 + 1),
            "#" + "x" * 16 * 1024 * 1024,
        ],
    )
    def test_a_text_that_is_too_long_is_not_even_read(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("simulator.console.scenario_runs.request.parse_scenario", None)
        assert "longer than 256 KiB" in refused(text=text).message

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "- a\n- b\n",
            "\0",
            "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nscenario: *c\n",
            "a: &a ["
            + "x," * 10
            + "]\n"
            + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{f'*{chr(97 + n)},' * 10}]\n" for n in range(20)),
            "[" * 100_000,
            "{a: " * 50_000,
            "a: " + "9" * 100_000,
            "!!python/object/apply:os.system ['true']",
            "scenario: One\nscenario: Two\n",
            "? [a]\n: b\n",
            "a: *nobody",
            "\x1b[31mscenario\x1b[0m: x",
            "scenario: \udcff\n",
            "%YAML 1.1\n---\na: b\n",
            "a: |\n" + " x\n" * 50_000,
        ],
    )
    def test_hostile_yaml_is_refused_with_its_mistakes(self, text: str) -> None:
        refusal = refused(text=text)
        assert refusal.details["mistakes"]
        assert "\x1b" not in everything(refusal)

    @pytest.mark.parametrize(
        "webhook",
        ["{authorization: 'Bearer ${env:PS_CANARY}'}", "{headers: {X-Key: '${env:PS_CANARY}'}}"],
    )
    def test_no_variable_of_the_environment_is_looked_at(self, webhook: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(os.environ, "PS_CANARY", CANARY)
        refusal = refused(text=f"{TEXT}webhook: {webhook}\n")
        assert "variable of the environment" in refusal.message
        assert CANARY not in everything(refusal)

    def test_headers_without_end_are_refused(self) -> None:
        headers = ", ".join(f"X-{number}: {'k3y' * 2000}" for number in range(10))
        assert "too many headers" in refused(text=f"{TEXT}webhook: {{headers: {{{headers}}}}}\n").message

    def test_secrets_in_a_wrong_text_are_not_shown(self) -> None:
        text = f"{TEXT}webhook: {{authorization: Bearer {CANARY}, tymeout: 1s}}\n"
        refusal = refused(text=text)
        assert refusal.details["mistakes"]
        assert CANARY not in everything(refusal)


class TestReceivers:
    def test_one_that_is_described_is_taken(self) -> None:
        asked = RunRequest(receiver=receiver(authorization=f"Bearer {CANARY}"))
        made = wanted_receiver(asked, GROUNDS)
        assert made.authorization == f"Bearer {CANARY}"
        assert f"Bearer {CANARY}" in made.secrets

    def test_a_url_alone_is_enough(self) -> None:
        asked = RunRequest(to="http://127.0.0.1:8000/?key=abc", authorization="Bearer x1y2", headers={"X-Key": CANARY})
        made = wanted_receiver(asked, GROUNDS)
        assert made.endpoints["*"].headers == (("X-Key", CANARY),)
        assert {"Bearer x1y2", CANARY} <= set(made.secrets)

    def test_without_either_it_is_the_services_own_and_is_not_started(self) -> None:
        own = parse_receiver(
            "receiver: r\nstart: touch started\nendpoints: {'*': {url: 'http://127.0.0.1:1/'}}", "", {}
        )
        made = wanted_receiver(RunRequest(), Grounds(receiver=own))
        assert (made.name, made.start) == ("r", None)

    def test_a_service_without_a_receiver_says_so(self) -> None:
        with pytest.raises(Refusal) as caught:
            wanted_receiver(RunRequest(), GROUNDS)
        assert caught.value.reason == "conflict"

    def test_certificates_are_the_services_own(self) -> None:
        grounds = Grounds(tls=Tls(ca="ca.pem"))
        assert wanted_receiver(RunRequest(receiver=receiver()), grounds).tls == Tls(ca="ca.pem")
        unverified = receiver(tls={"insecure": True})
        assert wanted_receiver(RunRequest(receiver=unverified), grounds).tls == Tls(ca="ca.pem", insecure=True)

    @pytest.mark.parametrize(
        ("asked", "why"),
        [
            ({"receiver": receiver(), "to": "http://127.0.0.1/"}, "exclude each other"),
            ({"receiver": receiver(), "authorization": "Bearer x"}, "go with `to`"),
            ({"headers": {"X-A": "b"}}, "go with `to`"),
            ({"to": "file:///etc/passwd"}, "http:// or https://"),
            ({"to": "http://me:secret@127.0.0.1/"}, "password"),
            ({"to": "http://127.0.0.1/\r\nX: y"}, "control character"),
            ({"to": ""}, "empty"),
            ({"to": "http://127.0.0.1/" + "x" * 10_000}, "too long"),
            ({"to": "http://127.0.0.1/", "headers": {"X-A": "b" * 10_000}}, "too long"),
            ({"to": "http://127.0.0.1/", "headers": {f"X-{n}": "b" * 8000 for n in range(9)}}, "too long"),
            ({"to": "http://127.0.0.1/", "headers": {"Content-Length": "1"}}, "Content-Length"),
            ({"to": "http://127.0.0.1/", "headers": {"X-A": "b\r\nX-C: d"}}, "X-A"),
            ({"to": "http://127.0.0.1/", "authorization": "Bearer ${env:HOME}"}, "variable of the environment"),
            ({"to": "http://127.0.0.1/${env:HOME}"}, "variable of the environment"),
            ({"receiver": receiver(authorization="${env:HOME}")}, "variable of the environment"),
            ({"receiver": receiver(words={"Completed": ["${env:HOME}"]})}, "variable of the environment"),
            ({"receiver": receiver(start="touch started")}, "a command"),
            ({"receiver": receiver(start=None)}, "a command"),
            ({"receiver": {}}, "the receiver has"),
            ({"receiver": receiver(words={"a": ["x" * RECEIVER_BYTES]})}, "longer than 32 KiB"),
            ({"receiver": receiver(words={"a": 10**30})}, "cannot be read"),
            ({"receiver": receiver(words={"a": "\udcff"})}, "cannot be read"),
        ],
    )
    def test_what_cannot_be_is_refused(self, asked: dict[str, Any], why: str) -> None:
        assert why in refused(scenario="clevertap/one-time-export", **asked).message

    def test_nesting_without_end_is_refused(self) -> None:
        deep: Any = "x"
        for _ in range(500):
            deep = [deep]
        assert refused(scenario="clevertap/one-time-export", receiver=receiver(words={"a": deep})).reason == "unfit"

    @pytest.mark.parametrize("name", ["ca", "certificate", "key"])
    def test_files_of_this_machine_are_not_even_looked_for(self, name: str, tmp_path: Path) -> None:
        there, missing = tmp_path / "there.pem", tmp_path / "missing.pem"
        there.write_text("x")
        told = [
            everything(refused(scenario="clevertap/one-time-export", receiver=receiver(tls={name: str(file)})))
            for file in (there, missing)
        ]
        assert told[0] == told[1]
        assert f"receiver.tls.{name}" in told[0]

    def test_what_is_wrong_in_it_is_told_without_secrets(self) -> None:
        wrong = receiver(authorizaton=f"Bearer {CANARY}", authorization=[f"Bearer {CANARY}"], probes={"export": {}})
        refusal = refused(scenario="clevertap/one-time-export", receiver=wrong)
        assert refusal.details["in"] == "receiver"
        assert {one["path"] for one in refusal.details["mistakes"]} >= {"authorizaton", "probes.export"}
        assert {one["line"] for one in refusal.details["mistakes"]} == {0}
        assert CANARY not in everything(refusal)

    def test_a_secret_that_a_message_would_quote_is_hidden(self) -> None:
        probes = {"export": {"get": "http://127.0.0.1/{id}", "select": {"session_token": f"{CANARY}[["}}}
        refusal = refused(scenario="clevertap/one-time-export", receiver=receiver(probes=probes))
        assert "`(redacted)` is not a JSONPath" in refusal.message
        asked = {"to": f"ftp://127.0.0.1/{CANARY}", "authorization": f"Bearer {CANARY}"}
        assert "`ftp://127.0.0.1/(redacted)`" in refused(scenario="clevertap/one-time-export", **asked).message

    def test_a_header_that_cannot_be_sent_is_told_without_its_value(self) -> None:
        asked = {"to": "http://127.0.0.1/", "headers": {"X-Key": f"{CANARY}\r\n"}, "authorization": f"é{CANARY}"}
        assert CANARY not in everything(refused(scenario="clevertap/one-time-export", **asked))

    def test_a_request_does_not_show_its_secrets(self) -> None:
        asked = RunRequest(to="http://127.0.0.1/", authorization=CANARY, headers={"X-Key": CANARY})
        assert CANARY not in repr(asked)


HERE = f"http://127.0.0.1:{OWN_PORT}/control/reset"


class TestTargets:
    @pytest.mark.parametrize(
        ("url", "why"),
        [
            (HERE, "partnersim's own"),
            (f"http://127.8.7.6:{OWN_PORT}/", "partnersim's own"),
            (f"http://[::1]:{OWN_PORT}/", "partnersim's own"),
            (f"http://localhost:{OWN_PORT}/", "partnersim's own"),
            (f"http://any.LOCALHOST.:{OWN_PORT}/", "partnersim's own"),
            ("http://169.254.169.254/latest/meta-data/", "metadata"),
            ("http://100.100.100.200/", "metadata"),
            ("http://[fd00:ec2::254]/", "metadata"),
            ("http://[::ffff:169.254.169.254]/", "metadata"),
            ("http://0.0.0.0:8000/", "unspecified"),
            ("http://8.8.8.8/", "public"),
            ("http://2130706433/", "oddly spelled"),
            ("http://127.1/", "oddly spelled"),
            ("http://0x7f.0.0.1/", "oddly spelled"),
        ],
    )
    @pytest.mark.parametrize("how", ["to", "endpoint", "ready", "probe"])
    def test_what_is_never_a_target_is_refused_wherever_it_stands(self, url: str, why: str, how: str) -> None:
        ways: Mapping[str, dict[str, Any]] = {
            "to": {"to": url},
            "endpoint": {"receiver": receiver(url)},
            "ready": {"receiver": receiver(ready=url)},
            "probe": {"receiver": receiver(probes={"export": {"get": f"{url.rstrip('/')}/{{id}}"}})},
        }
        refusal = refused(scenario="clevertap/one-time-export", **ways[how])
        assert why in refusal.message
        assert refusal.reason == "unfit"

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:8000/", "http://10.0.0.7/", "http://93.184.216.34/", "http://receiver.test/"]
    )
    def test_what_may_be_one_is_taken(self, url: str) -> None:
        assert isinstance(wanted_receiver(RunRequest(to=url), GROUNDS), Receiver)


@pytest.mark.parametrize(
    "asked", [{"seed": -1}, {"seed": 2**32}, {"seed": 10**40}, {"patience": 3601.0}, {"patience": -1.0}]
)
def test_seed_and_patience_have_bounds(asked: dict[str, Any]) -> None:
    assert refused(scenario="clevertap/one-time-export", to="http://127.0.0.1/", **asked).reason == "unfit"
