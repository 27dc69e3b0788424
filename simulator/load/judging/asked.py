"""Which ids of a load are asked for, and what is to be seen of each."""

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from simulator.load.judging.parts import Part, Wanted
from simulator.runner.asking import Subject, subject_of


class Asked(NamedTuple):
    """One id, what is to be seen of it, and how it is asked for."""

    part: Part
    wanted: Wanted
    subject: Subject


def subjects(parts: Iterable[Part]) -> Iterator[Asked]:
    """Every id that something was sent of, those first that were told of last: they show last."""
    found: list[tuple[float, Asked]] = []
    for part in parts:
        if part.probe is None:
            continue
        definitions = _definitions(part) if "{definition_id}" in part.probe.get else {}
        for told in part.told():
            want = part.wanted(told)
            subject = subject_of(
                part.probe,
                part.provider,
                id_=want.id,
                definition_id=definitions.get(want.id, ""),
                export=want.export,
                run=want.run,
            )
            found.append((told.whole.sent[-1].intended, Asked(part, want, subject)))
    found.sort(key=lambda one: (-one[0], one[1].subject.id))
    return (one for _, one in found)


def sampled(asked: Sequence[Asked], sample: int | None, seed: int) -> list[Asked]:
    """All, or so many of them, chosen by the seed; in the same order."""
    if sample is None or sample >= len(asked):
        return list(asked)
    chosen = set(Random(seed).sample(range(len(asked)), max(sample, 0)))
    return [one for place, one in enumerate(asked) if place in chosen]


def _definitions(part: Part) -> dict[str, str]:
    return {one.id: one.definition_id for one in part.case.journal.attempts() if one.definition_id}
