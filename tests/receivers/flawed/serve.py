"""Serves one flawed receiver: the correct one on asyncio, but for a method that a hurried author would write otherwise.

python -m tests.receivers.flawed.serve auth/suffix --port 8000 --log told.ndjson --authorization 'Bearer secret'
"""

import sys

from tests.receivers.correct.plain_receiver import run
from tests.receivers.flawed import ack, auth, history, http, keeping, meaning, payload
from tests.receivers.flawed.table import FLAWS

__all__ = ["FLAWS", "MODULES"]

MODULES = (ack, auth, payload, http, history, meaning, keeping)

if __name__ == "__main__":
    run(FLAWS[sys.argv[1]].made, sys.argv[2:])
