"""The words for a load: `500/s`, `5%`, `2 workers`. Pure."""

import re
from typing import Final

_RATE: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)/([smh])", re.ASCII)
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%", re.ASCII)
_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}


def rate(text: str) -> float:
    """Notifications a second.

    >>> rate("500/s"), rate("30/m")
    (500.0, 0.5)

    Raises:
        ValueError: it is not a rate, or nothing would come.
    """
    match = _RATE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a rate such as 500/s, 30/m or 100/h")
    if not float(match[1]):
        raise ValueError(f"at a rate of {text} nothing would be sent")
    return float(match[1]) / _UNITS[match[2]]


def percentage(text: str) -> float:
    """A share from 0.0 to 1.0.

    >>> percentage("5%"), percentage("0.5%")
    (0.05, 0.005)

    Raises:
        ValueError: it is none.
    """
    match = _PERCENT.fullmatch(text)
    if not match or float(match[1]) > 100:
        raise ValueError(f"{text!r} is not a percentage from 0% to 100%, such as 5%")
    return round(float(match[1]) / 100, 9)


def workers(number: int) -> str:
    """So many of them.

    >>> workers(1), workers(2)
    ('1 worker', '2 workers')
    """
    return f"{number} worker{'s' if number != 1 else ''}"


def spelled_share(share: float) -> str:
    """A share as a person writes it, such that it is read as the same.

    >>> spelled_share(0.05), spelled_share(0.0), spelled_share(1e-8)
    ('5%', '0%', '0.000001%')
    """
    return _digits(share * 100) + "%"


def spelled_rate(a_second: float) -> str:
    """A rate as a person writes it, where that is possible such that it is read as the same.

    >>> spelled_rate(500.0), spelled_rate(0.5), spelled_rate(100 / 3600)
    ('500/s', '30/m', '100/h')
    """
    told = [f"{_digits(a_second * length)}/{unit}" for unit, length in _UNITS.items() if a_second * length >= 1.0]
    told = told or [f"{_digits(a_second * _UNITS['h'])}/h"]
    return next((one for one in told if rate(one) == a_second), told[0])


def _digits(number: float) -> str:
    """With as many digits behind the point as can be read, and no more than it needs."""
    return f"{number:.6f}".rstrip("0").rstrip(".")
