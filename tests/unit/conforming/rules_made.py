"""A rule, a receiver, a verdict and a play: a test names only what it is about."""

from typing import Any

from simulator.authoring import parse_receiver, parse_rule
from simulator.conforming.pairs import Pair
from simulator.model import Level, Play, Result, Verdict
from simulator.receiver import Receiver
from simulator.rule import Rule
from tests.making import made_play

PASSED, FAILED, UNCLEAR, NOT = Result.PASSED, Result.FAILED, Result.INCONCLUSIVE, Result.NOT_APPLICABLE

BOTH = "endpoints: {clevertap: {url: 'http://receiver.test/'}, reachfive: {url: 'http://receiver.test/'}}\n"

CLAIMED = """exports:
      one: {frequency: one time, takes: 9m20s, emits: [completed]}
    expect:
      each: {status: ack}
    then:
      - never: {status: Failed, for: 1s}
      - never: {effects: 2, for: 1s}"""


def rule(name: str = "ack/plain", more: str = "", level: Level = "must", scenario: str = "") -> Rule:
    scenario = scenario or "exports:\n      one: {frequency: one time, takes: 9m20s, emits: [completed]}"
    head = f"rule: {name}\nlevel: {level}\nsentence: It is so\nsource: house rule\nwhy: w\nbroken: b\nmend: m\n"
    return parse_rule(f"{head}{more}\nplayed:\n  clevertap:\n    clock: {{scale: instant}}\n    {scenario}\n", name)


def pair(**words: Any) -> Pair:
    return Pair(rule(**words), "clevertap")


def verdict(result: Result, check: str = "expect/each", **words: Any) -> Verdict:
    usual: dict[str, Any] = {"because": f"{check} {result}", "reproduce": "partnersim run x"}
    return Verdict(check=check, result=result, **(usual | words))


def played(*verdicts: Verdict, reached: bool = True) -> Play:
    return made_play(*verdicts, title="It is so", source="ack/plain@clevertap", reached=reached)


def receiver(more: str = "") -> Receiver:
    return parse_receiver(f"receiver: r\n{BOTH}{more}", "receiver.yaml", {})
