"""ReachFive's job reports: what an export's own settings mean, what each of its runs emits, how a report looks."""

from binascii import b2a_base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from simulator.provider import Payload, Run

KINDS: Final = ("User Profiles", "User Events", "User Consents")
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_NAMES_MADE: Final = 32  # definition names made up for one seed: exports without a name of their own share them out


class Job(NamedTuple):
    """An export's own settings. `definition` is "" when the author gave no name; `every` is in seconds, 0 for once."""

    definition: str
    kind: str
    every: float
    succeeds: bool
    total: int
    failed: int


def about(traits: Mapping[str, Any]) -> Job:
    """`definition`, `kind`, `every`, `result`, `total` and `failed` of an export.

    Raises:
        ValueError: a value ReachFive does not have, or counts that do not add up.
    """
    from simulator.clock import seconds  # it brings asyncio, and the table of partners is to load fast

    kinds = {kind.casefold(): kind for kind in KINDS}
    kind = str(traits.get("kind", KINDS[0])).casefold()
    if kind not in kinds:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {traits['kind']!r}")
    result = traits.get("result", "success")
    total = int(traits.get("total", 3))
    usual = {"success": 0, "partial failure": min(1, total), "failed": total}
    if result not in usual:
        raise ValueError(f"result is one of {', '.join(usual)}, not {result!r}")
    failed = int(traits.get("failed", usual[result]))
    if not 0 <= failed <= total:
        raise ValueError(f"of {total} operations {failed} cannot fail")
    if result == "success" and failed:
        raise ValueError(f"with failed: {failed} the result is a partial failure, not a success")
    if result == "partial failure" and not 0 < failed < total:
        raise ValueError(f"in a partial failure some operations fail and some do not, not {failed} of {total}")
    every = seconds(traits.get("every", 0))
    return Job(str(traits.get("definition", "")), kinds[kind], every, result != "failed", total, failed)


def emits(job: Job, run: int, takes: float) -> tuple[tuple[str, float], ...]:
    """One notification at the end, however the job ended."""
    return (("finished", takes),)


def render(event: str, run: Run, moment: float, choices: Mapping[str, Any]) -> Payload:
    """The job report at `moment`, its keys in the order of the documented sample."""
    job: Job = run.about
    running = event == "running"
    total, failed = (0, 0) if running else (job.total, job.failed)
    status = "RUNNING" if running else "SUCCESS" if job.succeeds else choices["failed_word"]
    begun = moment if moment < run.started else run.started
    created, updated = round(begun * 1e6), round(moment * 1e6)
    base = int(run.base)
    dice = _definition_dice(base, run.export)
    definition_id, job_id = _identifiers(base * 1000, dice, created // 1000, run.dice)
    if run.id is not None:
        job_id = str(run.id)
    spelled = choices["time_digits"]
    updated_at = spelled(updated)
    fields = {
        "total_succeeded": total - failed,
        "total_operations": total,
        "total_failed": failed,
        "id": job_id,
        "status": status,
        "created_at": spelled(created),
        "type": choices["job_type"],
        "updated_at": updated_at,
        "definition_id": definition_id,
        "definition_name": job.definition or _made_up(job, base, dice),
    }
    return Payload(fields, job_id, status, updated_at, definition_id)


def _identifiers(first: int, dice: bytes, second: int, other_dice: bytes) -> tuple[str, str]:
    """Two ids, each of 20 base64url characters: 6 bytes of the time of creation in milliseconds, 9 of dice.

    They are encoded together, which costs half: 15 bytes are 20 characters, and nothing of one gets into the other.
    """
    raw = first.to_bytes(6, "big") + dice[:9] + second.to_bytes(6, "big") + other_dice[:9]
    both = b2a_base64(raw, newline=False).translate(_URL_SAFE).decode()
    return both[:20], both[20:]


def _definition_dice(base: int, export: str) -> bytes:
    """16 bytes for an export's definition, the same for all its runs."""
    hashed = _based(base).copy()
    hashed.update(export.encode())
    return hashed.digest()


@lru_cache(maxsize=16)
def _based(base: int) -> blake2b:
    """A hash that was given the base. Kept: to copy it costs less than a new one."""
    return blake2b(b"%d " % base, digest_size=16)


def _made_up(job: Job, base: int, dice: bytes) -> str:
    """The name of a definition that was given none."""
    return f"{job.kind} – {_places(base)[dice[15] % _NAMES_MADE]}"


@lru_cache(maxsize=16)
def _places(base: int) -> tuple[str, ...]:
    """French towns, for definition names with letters beyond ASCII among them."""
    from faker import Faker

    made = Faker("fr_FR")
    made.seed_instance(base)
    return tuple(made.city() for _ in range(_NAMES_MADE))
