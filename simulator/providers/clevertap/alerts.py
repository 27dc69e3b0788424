"""CleverTap's alerts: what an export's own settings mean, which alerts each of its runs emits, how one looks."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from simulator.provider import Payload, Run


class Trade(NamedTuple):
    """An export's own settings: which storage it goes to, hours between its runs (0: one time), runs that fail."""

    amazon: bool
    hours: int
    fails: frozenset[int]


_PARTNERS = {"google cloud storage": False, "amazon s3": True}
_FREQUENCIES = {"one time": 0, **{f"every {hours} hours": hours for hours in (4, 8, 12, 24)}}


def about(traits: Mapping[str, Any]) -> Trade:
    """`partner`, `type`, `frequency` and `fails` of an export, letters' case free.

    Raises:
        ValueError: a value CleverTap does not have.
    """
    partner = str(traits.get("partner", "Google Cloud Storage")).casefold()
    if partner not in _PARTNERS:
        raise ValueError(f"partner is Google Cloud Storage or Amazon S3, not {traits['partner']!r}")
    if str(traits.get("type", "Events")).casefold() != "events":
        raise ValueError(f"type is Events, the only exports that alert, not {traits['type']!r}")
    frequency = str(traits.get("frequency", "one time")).casefold()
    if frequency not in _FREQUENCIES:
        raise ValueError(f"frequency is one of {', '.join(_FREQUENCIES)}, not {traits['frequency']!r}")
    return Trade(_PARTNERS[partner], _FREQUENCIES[frequency], frozenset(traits.get("fails", ())))


def interval(trade: Trade) -> float:
    """Seconds of elapsed time between two runs: on days on which clocks change, local times shift."""
    return trade.hours * 3600.0


def emits(trade: Trade, run: int, takes: float) -> tuple[tuple[str, float], ...]:
    """Initiated at the start and Completed at the end; a run that fails ends in silence."""
    return (("initiated", 0.0),) if run in trade.fails else (("initiated", 0.0), ("completed", takes))


def render(event: str, run: Run, moment: float, choices: Mapping[str, Any]) -> Payload:
    """The alert of an event at `moment`, its keys in the order of the documented sample."""
    if event == "test":
        return _test_body(run)
    trade = run.about
    request_id = run.id
    if request_id is None:
        request_id = int(run.base) + run.serial + choices["request_id"]["adds"]
    if choices["request_id"]["quoted"]:
        request_id = str(request_id)
    status = _STATUS[event]
    time = _time_text(int(moment + 5e-7), choices["zone"], choices["time_format"])
    fields = {
        "Export Request Id": request_id,
        "Partner": choices["amazon_name"] if trade.amazon else choices["google_name"],
        "Type": choices["type_word"],
        "Status": status,
        "Frequency": choices["recurring_word"].format(trade.hours) if trade.hours else choices["one_time_word"],
        "Date and Time": time,
    }
    return Payload(fields, str(request_id), status, time)


_STATUS = {"initiated": "Initiated", "completed": "Completed"}


@lru_cache(maxsize=1024)
def _time_text(second: int, zone: ZoneInfo, words: tuple[str, str, str]) -> str:
    """`25/07/2023 4:50:52 PM` in the account's zone. Kept, since a busy account sends many in one second."""
    form, am, pm = words
    then = datetime.fromtimestamp(second, zone)
    half = am if then.hour < 12 else pm
    return form % (then.day, then.month, then.year, then.hour % 12 or 12, then.minute, then.second, half)


def _test_body(run: Run) -> Payload:
    """What the console sends when a webhook is created: five made-up profiles, the same for the same dice."""
    from faker import Faker

    made = Faker("en_US")
    made.seed_instance(int.from_bytes(run.dice))
    profiles = [{"Identity": made.user_name(), "Email": made.safe_email(), "push_token": made.sha1()} for _ in range(5)]
    fields = {"is_test": True, "targetId": 1234, "key_values": {"key": "value"}, "profiles": profiles}
    return Payload(fields, "1234", "", "")
