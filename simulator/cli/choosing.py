"""Which scenarios, rules and receiver a command line means."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from simulator.authoring import all_of, kind_of, load_receiver, load_rule, load_scenario, own_rules, receiver_at
from simulator.documents import did_you_mean, quoted
from simulator.errors import DocumentError, UsageError
from simulator.receiver import Receiver
from simulator.resources import RULES, shipped_rules, shipped_scenarios
from simulator.rule import Rule
from simulator.scenario import Scenario

if TYPE_CHECKING:
    from simulator.conforming.pairs import Pair  # late: a plan does without all that is behind this

_WITH_TO = ("authorization", "headers")
_NO_RULE = "see: partnersim list rules"
_DISTANCES = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)


def chosen_scenarios(words: Iterable[str]) -> list[Scenario]:
    """Every scenario the words name, each once, in the order they were named.

    Raises:
        UsageError: a word names none.
        DocumentError: files are wrong; the mistakes of all of them at once.
    """
    names = dict.fromkeys(name for word in words for name in _names(word))
    read: list[Scenario] = []
    wrong: list[DocumentError] = []
    for name in names:
        try:
            read.append(load_scenario(name))
        except DocumentError as error:
            wrong.append(error)
    if wrong:
        raise all_of(wrong)
    return read


def chosen_rules(options: Mapping[str, Any]) -> list[Rule]:
    """The rules of `--select` without those of `--ignore`, shipped ones and those of `--rules`, in order of name.

    Raises:
        UsageError: a word names none, or two rules have one name.
        DocumentError: files are wrong; the mistakes of all of them at once.
    """
    own = own_rules(options["rules"])
    known = sorted({*shipped_rules(), *own})
    names = set(known) if not options["select"] else {name for word in options["select"] for name in _like(word, known)}
    names -= {name for word in options["ignore"] for name in _like(word, known)}
    if not names:
        raise UsageError("no rule is left: what is selected is ignored, too", "see: partnersim list rules")
    read: list[Rule] = []
    wrong: list[DocumentError] = []
    for name in sorted(names):
        try:
            read.append(own[name] if name in own else load_rule(name))
        except DocumentError as error:
            wrong.append(error)
    if wrong:
        raise all_of(wrong)
    return read


def chosen_pairs(rules: Sequence[Rule], receiver: Receiver, partners: Sequence[str]) -> "tuple[Pair, ...]":
    """Each rule with each partner that it is played with, that the receiver takes, and that was asked for.

    Raises:
        UsageError: there are none, or a partner is asked for that no rule knows or the receiver does not take.
    """
    from simulator.conforming.pairs import pairs

    known = _partners(rules)
    check_partners(partners, known, receiver, "no rule chosen is about", f"they are about {', '.join(known)}")
    found = pairs(rules, receiver, partners)
    if not found:
        raise UsageError(
            f"the receiver has no endpoint for {' or '.join(known)}, which the rules are about",
            "give it one, or choose other rules",
        )
    return found


def check_partners(
    partners: Sequence[str], known: Sequence[str], receiver: Receiver, none_is: str, remedy: str
) -> None:
    """Refuse a `--partner` that nothing chosen is about (which `none_is` and `remedy` say), or that nothing takes.

    Raises:
        UsageError: it is one of these.
    """
    for partner in partners:
        if partner not in known:
            raise UsageError(f"{none_is} {quoted(partner)}{did_you_mean(partner, known)}", remedy)
        if not receiver.endpoint(partner):
            no_end = f"the receiver has no endpoint for {quoted(partner)}"
            raise UsageError(no_end, "give it one, or leave out --partner")


def check_partner_said(rules: Sequence[Rule], options: Mapping[str, Any]) -> None:
    """Refuse `--to` without `--partner`: a right receiver of one partner's notifications is none of another's.

    Raises:
        UsageError: it names the partners there are.
    """
    if options["to"] and not options["partners"]:
        known = [f"--partner {partner}" for partner in _partners(rules)]
        each = ", each that it takes" if len(known) > 1 else ""
        raise UsageError(
            "which partner's notifications that URL takes is not said",
            f"say {' or '.join(known)}{each}; or give a receiver file with --receiver",
        )


def _partners(rules: Iterable[Rule]) -> list[str]:
    return list(dict.fromkeys(partner for rule in rules for partner in rule.played))


def _like(word: str, known: Sequence[str]) -> list[str]:
    """The names that a word of `--select` or `--ignore` stands for: one, a family, or all that a pattern fits."""
    plain = word.removeprefix(RULES)
    found = [name for name in known if fnmatchcase(name, plain) or name.startswith(f"{plain}/")]
    if not found:
        families = dict.fromkeys(name.partition("/")[0] for name in known)
        raise UsageError(f"no rule is like {word!r}{did_you_mean(plain, [*known, *families])}", _NO_RULE)
    return found


def is_folder(word: str) -> bool:
    """Whether it is one; what no file system takes for a name is none."""
    return os.path.isdir(word)  # noqa: PTH112 - one that never raises


def files_in(folder: str) -> list[str]:
    """The scenario, rule and receiver files in a folder and below."""
    return [
        str(file) for pattern in ("*.yaml", "*.yml") for file in sorted(Path(folder).rglob(pattern)) if file.is_file()
    ]


def _names(word: str) -> list[str]:
    if not word:
        raise UsageError("a scenario's name is empty", "see: partnersim list scenarios")
    if is_folder(word):
        found = [file for file in files_in(word) if kind_of(file) != "rule"]
        if not found:
            raise UsageError(f"the folder {word} has no scenario files", "they end in .yaml or .yml")
        return found
    if any(sign in word for sign in "*?[") and not os.path.exists(word):  # noqa: PTH110 - never raises
        known = _plays_of_rules() if word.startswith(RULES) else shipped_scenarios()
        found = [name for name in known if fnmatchcase(name, word)]
        if not found:
            raise UsageError(f"no shipped scenario is like {word!r}", "see: partnersim list scenarios")
        return found
    if os.path.isfile(word) and kind_of(word) == "rule":  # noqa: PTH113 - never raises
        raise UsageError(
            f"{word} is a rule, which is played with one partner at a time",
            f"say {word}@clevertap, or: conform --rules",
        )
    return [word]


def _plays_of_rules() -> list[str]:
    """What `run` calls the shipped rules, each with each of its partners."""
    return [scenario.source for name in shipped_rules() for scenario in load_rule(name).played.values()]


def chosen_receiver(options: Mapping[str, Any]) -> Receiver:
    """The receiver of `--receiver` or `--to`, with the TLS options.

    Raises:
        UsageError: none or both were named, or the file is wrong.
    """
    file, url = options["receiver_file"], options["to"]
    if file and url:
        raise UsageError("--receiver and --to exclude each other", "name one of them")
    if not file and not url:
        raise UsageError("name the receiver", "either --receiver FILE or --to URL")
    if file:
        if any(options[name] for name in _WITH_TO):
            raise UsageError("--authorization and --header go with --to", "put them into the receiver file")
        receiver = load_receiver(file, os.environ)
    else:
        receiver = receiver_at(url, authorization=options["authorization"], headers=tuple(options["headers"]))
    if options["key"] and not options["cert"]:
        raise UsageError("--key goes with --cert", "name the certificate too")
    named = {"ca": options["cacert"], "certificate": options["cert"], "key": options["key"]}
    tls = replace(receiver.tls, **{name: value for name, value in named.items() if value})
    return replace(receiver, tls=replace(tls, insecure=tls.insecure or options["insecure"]))


def settled(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, of `--receiver` and `--to` only the one that was said closer by, with what goes with it.

    What is typed is closer than the environment, and that than a project's defaults.
    """
    kept = dict(options)
    receiver, to = _distance("receiver_file"), _distance("to")
    if kept["receiver_file"] and kept["to"] and receiver != to:
        kept["to" if receiver < to else "receiver_file"] = None
    if kept["receiver_file"] and not kept["to"]:
        kept |= {name: () if name == "headers" else None for name in _WITH_TO if _distance(name) > 0}
    return kept


def _distance(option: str) -> int:
    source = click.get_current_context().get_parameter_source(option)
    return _DISTANCES.index(source) if source in _DISTANCES else len(_DISTANCES)
