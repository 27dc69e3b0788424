"""The environment variables by which the processes of a load are told what stands in no file."""

from typing import Final

ORDERS: Final = "PARTNERSIM_LOAD_ORDERS"
"""The file with the orders."""

WORKER: Final = "PARTNERSIM_LOAD_WORKER"
"""The number of a worker, from 0."""

ALIVE: Final = "PARTNERSIM_LOAD_ALIVE"
"""The file by which a process shows that it lives; nobody looks where there is none."""

ELSEWHERE: Final = "PARTNERSIM_LOAD_ELSEWHERE"
"""How many of the workers run on other machines: the last ones."""

WAIT: Final = "PARTNERSIM_LOAD_WAIT"
"""For how many seconds the one that holds the workers together waits for all of them."""

AGAIN: Final = "PARTNERSIM_LOAD_AGAIN"
"""For how many seconds it keeps the place of one that left before all were there, for another to take."""

HOME: Final = "PARTNERSIM_LOAD_HOME"
"""The folder that relative paths of a receiver file begin in; only who joins has it."""

ALLOW: Final = "PARTNERSIM_LOAD_ALLOW"
"""Hosts beyond this machine and private networks that who joins sends to, apart by blanks; only who joins has it."""

TO: Final = "PARTNERSIM_LOAD_TO"
"""The URL of a receiver that is but a URL, which may hold a secret."""

AUTHORIZATION: Final = "PARTNERSIM_LOAD_AUTHORIZATION"
"""The credentials for it: no secret stands in the file."""

HEADERS: Final = "PARTNERSIM_LOAD_HEADERS"
"""More headers for it, which may be secret, too: JSON, an array of [name, value]."""
