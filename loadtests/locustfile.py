"""What Locust reads: the orders of `partnersim load`, or users who live the lives of exports.

    locust -f loadtests/locustfile.py --headless -u 20 -r 10 -t 10s --host http://127.0.0.1:8000

Users can be chosen by name: `locust -f loadtests/locustfile.py CleverTapUser …`.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # not a folder of that name where the run is started

from locust import events

from loadtests.alive import alive
from simulator.errors import StorageError
from simulator.garbage import collect_seldom
from simulator.load.variables import ALIVE, HOME, ORDERS

collect_seldom()
if ALIVE in os.environ:  # before all else, which may hang, too
    try:
        alive(Path(os.environ[ALIVE]))
    except StorageError as error:
        sys.exit(str(error))

if ORDERS in os.environ or HOME in os.environ:
    from loadtests.orders_run import OrderedUser, take_orders

    USERS: tuple[type, ...] = (OrderedUser,)
    events.init.add_listener(lambda environment, **_: take_orders(environment))

else:
    from loadtests.options import add_options
    from loadtests.users import CleverTapUser, LivesRun, ReachFiveUser, settle

    USERS = (CleverTapUser, ReachFiveUser)
    events.init_command_line_parser.add_listener(lambda parser, **_: add_options(parser))
    events.init.add_listener(lambda environment, **_: settle(environment))
    events.test_start.add_listener(LivesRun.begin)
    events.test_stop.add_listener(LivesRun.end)
