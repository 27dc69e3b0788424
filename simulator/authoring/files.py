"""Gets a file's bytes, or says why not; never more than a document may have."""

from pathlib import Path

from simulator import limits
from simulator.documents import quoted
from simulator.errors import UsageError


def content(path: Path, what: str) -> bytes:
    """The bytes of the file `path`, at most one more than `limits.DOCUMENT_BYTES`; `what` names it in errors.

    Raises:
        UsageError: there is no such file, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limits.DOCUMENT_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"there is no {what} {quoted(path)}", "check the path") from None
    except IsADirectoryError:
        raise UsageError(f"{quoted(path)} is a folder and no {what}", "name a file in it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot read the {what} {quoted(path)}: {reason}", "check the path and its rights") from None
    if b"\0" in data[:1024] and data[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        raise UsageError(f"{quoted(path)} is a binary file and no {what}", "name a YAML or JSON file")
    return data
