"""All that happened, in order: NDJSON, append-only. Header, intents, outcomes, observations, notes, footer.

An intent is on the file before the first byte of its request leaves; its outcome follows when it is known. A journal
that ends early is still a journal: an intent without an outcome is `in-doubt`, a last line cut short is left out.
Format: `schemas/journal.schema.json`.
"""

from simulator.journal.entries import DID_NOT_COME_BACK, FORMAT
from simulator.journal.naming import file_name
from simulator.journal.reader import Journal, attempt_at
from simulator.journal.writer import JournalWriter

__all__ = ["DID_NOT_COME_BACK", "FORMAT", "Journal", "JournalWriter", "attempt_at", "file_name"]
