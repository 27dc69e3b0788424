"""What a journal's file is called."""

import re


def file_name(number: int, source: str) -> str:
    """A journal's file name, without its ending, for the `number`th scenario of a run, read from `source`.

    >>> file_name(1, "clevertap/one-time-export.yaml")
    '01-clevertap-one-time-export'
    """
    stem = re.sub(r"\.(ya?ml|json)(?=@|$)", "", source)
    words = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-").lower()
    return f"{number:02d}-{words[-60:].strip('-') or 'scenario'}"
