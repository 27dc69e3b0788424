"""Reads a scenario's text: YAML → `Scenario`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator import clock
from simulator.authoring import secrets
from simulator.authoring.exports import exports
from simulator.authoring.findings import Findings
from simulator.authoring.moments import Moments
from simulator.authoring.partners import account_zone, export_events, unknown_partner
from simulator.authoring.promises import claims, expectations
from simulator.authoring.receiver import check_headers
from simulator.authoring.steps import steps
from simulator.authoring.thresholds import check_thresholds
from simulator.documents import REFERENCE, fits, parse, quoted
from simulator.documents.environment import filled
from simulator.scenario import Scenario, Webhook


def parse_scenario(text: str | bytes, source: str) -> Scenario:
    """The scenario that a text describes; `source` names it in messages.

    Raises:
        DocumentError: every mistake in it.
    """
    document = parse(text, source, "scenario")
    findings = Findings(document)
    value: dict[str, Any] = document.value
    provider, timing = value["provider"], value.get("clock", {})
    if wrong := unknown_partner(provider):
        findings.add(("provider",), *wrong)
    readings: dict[str, str] = value.get("readings", {})
    moments = Moments(findings, timing.get("start"), account_zone(provider, readings))
    made_exports = exports(findings, moments, provider)
    made_steps = steps(findings, moments, made_exports)
    check_thresholds(findings, value.get("load", {}))
    if not made_exports and not made_steps:
        findings.add((), "nothing would be sent", "give `exports`, or a `timeline`")
    made = Scenario(
        title=value["scenario"],
        provider=provider,
        source=source,
        text=document.text,
        seed=int(value["seed"]) if "seed" in value else None,
        start=timing.get("start"),
        scale=clock.Scale.parse(timing["scale"]) if "scale" in timing else None,
        readings=readings,
        webhook=_webhook(findings, value.get("webhook", {})),
        exports=made_exports,
        steps=made_steps,
        expectations=expectations(findings, made_exports, made_steps, export_events(provider)),
        claims=claims(findings, made_exports),
        load=value.get("load", {}),
        restart=moments.optional(value.get("restart", {}), "at", ("restart",)),
    )
    findings.settle()
    return made


def _webhook(findings: Findings, keys: dict[str, Any]) -> Webhook:
    timeout = clock.seconds(keys["timeout"]) if "timeout" in keys else None
    if timeout == 0:
        findings.add(("webhook", "timeout"), "no answer comes in no time", "e.g. timeout: 5s")
    return Webhook(
        timeout=timeout,
        headers=check_headers(findings, keys.get("headers", {}), ("webhook", "headers")),
        authorization=keys.get("authorization"),
    )


def expanded(scenario: Scenario, env: Mapping[str, str]) -> tuple[Scenario, tuple[str, ...]]:
    """The scenario with `${env:NAME}` filled in, and every value of its webhook that no output may show.

    Only the webhook's headers and credentials have references; `Scenario.text` keeps them as written.

    Raises:
        DocumentError: a variable is missing, or its value cannot be sent in a header.
    """
    webhook = scenario.webhook
    written: dict[tuple[str, ...], str] = {("webhook", "headers", name): value for name, value in webhook.headers}
    if webhook.authorization is not None:
        written["webhook", "authorization"] = webhook.authorization
    values: dict[tuple[str, ...], str] = {}
    wrong: dict[tuple[str, ...], tuple[str, str]] = {}
    for path, text in written.items():
        values[path], message, remedy = filled(text, env)
        if not message and (not values[path] or not fits("header-value", values[path])):
            names = ", ".join(quoted(name) for name in REFERENCE.findall(text))
            message, remedy = f"the value of {names} cannot be sent in a header", "give it in printable ASCII"
        if message:
            wrong[path] = (message, remedy)
    if wrong:
        findings = Findings(parse(scenario.text, scenario.source, "scenario"))
        for path, words in wrong.items():
            findings.add(path, *words)
        findings.settle()
    headers = tuple((name, values["webhook", "headers", name]) for name, _ in webhook.headers)
    authorization = values.get(("webhook", "authorization"))
    hidden = [authorization or "", *secrets.of_headers(headers)]
    hidden += [secret for text in written.values() for secret in secrets.of_environment(text, env)]
    made = replace(scenario, webhook=replace(webhook, headers=headers, authorization=authorization))
    return made, tuple(one for one in dict.fromkeys(hidden) if one)
