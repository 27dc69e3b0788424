"""The processes of a load send what the orders say, each its share, and write all of it down."""

import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simulator.journal import Journal
from simulator.load.judging.merging import BEGAN
from simulator.load.orders import Orders, planned, shard_of, write_orders
from simulator.load.variables import AUTHORIZATION, ORDERS, WORKER
from simulator.model import Attempt, Outcome
from simulator.model.load import GivenUp
from tests.acceptance.conftest import Answering, Command, unmeasured_environment, until
from tests.ports import free_port

LOCUSTFILE = Path(__file__).resolve().parents[2] / "loadtests" / "locustfile.py"
CREDENTIALS = "Bearer what-partners-of-a-load-send"
START = "2026-01-05T00:00:00+00:00"
BOTH = ("load/clevertap", "load/reachfive")
BARREN = """
import locust
from itertools import repeat
from pathlib import Path

from loadtests import open_model
from loadtests.look_ahead import LookAhead
from loadtests.shard import Shard

open_model._GIVING_UP = 0.1
shard, ahead = Shard(Path({shard!r}), {{}}, (), lambda: 1.0), LookAhead(repeat(None))
work = open_model.OpenLoad(ahead, shard, lambda *_: None, now=lambda: 1.0, until=0.5, connections=1)
work.run()
print(work.complete)
"""


def locust(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
    with (folder / f"{len(list(folder.glob('*.log')))}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--loglevel", "WARNING", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=unmeasured_environment({AUTHORIZATION: CREDENTIALS, **(env or {})}),
        )


@contextmanager
def started(folder: Path, orders: Orders) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """The processes that send these orders: the one that holds them together comes first, if there are several."""
    told = {ORDERS: str(write_orders(folder, orders))}
    whole = ("--headless", "--only-summary", "--exit-code-on-error", "0")
    if orders.workers == 1:
        processes = [locust(folder, *whole, env=told)]
    else:
        port = str(free_port())
        wait = ("--expect-workers", str(orders.workers))
        master = ("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port, *wait)
        worker = ("--worker", "--master-host", "127.0.0.1", "--master-port", port)
        processes = [locust(folder, *whole, *master, env=told)]
        for number in range(orders.workers):
            processes.append(locust(folder, *worker, env={**told, WORKER: str(number)}))
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def said(folder: Path) -> str:
    return "".join(file.read_text(errors="replace") for file in sorted(folder.glob("*.log")))


def sent(folder: Path, orders: Orders) -> None:
    with started(folder, orders) as processes:
        codes = [process.wait(60) for process in processes]
    assert set(codes) == {0}, said(folder)


def orders_to(answering: Answering, **more: Any) -> Orders:
    told: dict[str, Any] = {
        "scenarios": BOTH,
        "to": answering.url,
        "rate": 100.0,
        "seconds": 1.5,
        "life": 0.3,
        "grace": 5.0,
        "seed": 11,
        "start": START,
        "connections": 10,
    }
    return Orders(**{**told, **more})


def shards(folder: Path) -> list[Journal]:
    return [Journal.open(path) for path in sorted(folder.glob("shard-*.ndjson"))]


def attempts(folder: Path) -> list[Attempt]:
    return [one for shard in shards(folder) for one in shard.attempts()]


def due(orders: Orders) -> dict[int, bytes]:
    """Number → body of all that is to be sent."""
    share = planned(orders, {AUTHORIZATION: CREDENTIALS}).share(0, 1)
    return {one.number: one.body for one in share}


def refusing_what_is_wrong(body: bytes, headers: Mapping[str, str]) -> int:
    if headers.get("Authorization") != CREDENTIALS:
        return 401
    try:
        fields = json.loads(body)
    except ValueError:
        return 400
    return 200 if isinstance(fields, dict) and fields.keys() & {"Export Request Id", "id"} else 422


def test_several_workers_send_all_that_is_planned_each_its_share_and_write_it_down(
    tmp_path: Path, answering: Answering
) -> None:
    answering.rule = refusing_what_is_wrong
    orders = orders_to(answering, workers=2, repeat=0.1, stale=0.05, malformed=0.05, unauthorized=0.05)
    sent(tmp_path, orders)
    made, plan = attempts(tmp_path), due(orders)
    assert {one.number: one.body for one in made} == plan
    assert len(made) == len(plan)
    assert Counter(body for _, _, body in answering.requests) == Counter(plan.values())
    assert {one.outcome for one in made} == {Outcome.ANSWERED}
    assert {one.answer_status for one in made if one.genuine} == {200}
    assert {one.answer_status for one in made if not one.genuine} == {400, 401, 422}
    assert all(one.late >= one.held >= 0.0 for one in made)
    assert all(one.sent >= one.due and one.intended <= one.sent <= one.done for one in made)
    first, second = shards(tmp_path)
    assert first.complete
    assert second.complete
    assert first.footer is not None
    assert first.footer["reached"]
    assert min(len(list(one.attempts())) for one in (first, second)) > 50
    assert CREDENTIALS not in (tmp_path / "shard-000.ndjson").read_text()
    told = said(tmp_path)
    assert "clevertap.initiated" in told
    assert "0(0.00%)" in told, "what is refused rightly is no failure"
    assert "Traceback" not in told


def test_copies_that_leave_together_have_connections_of_their_own(tmp_path: Path, answering: Answering) -> None:
    sent(tmp_path, orders_to(answering, repeat=1.0, rate=60.0))
    together: dict[tuple[str, int, str, float], list[Attempt]] = {}
    for one in attempts(tmp_path):
        together.setdefault((one.export, one.run, one.event, one.due), []).append(one)
    pairs = [both for both in together.values() if len(both) == 2]
    assert len(pairs) > 10
    assert all(one.connection != other.connection for one, other in pairs)


def test_of_copies_that_a_scenario_sends_at_once_none_is_left_out_when_more_are_asked_for(
    tmp_path: Path, answering: Answering
) -> None:
    orders = orders_to(answering, scenarios=("clevertap/repeated-completed",), repeat=0.3, stale=0.2, rate=60.0)
    sent(tmp_path, orders)
    assert Counter(one.number for one in attempts(tmp_path)) == Counter(due(orders).keys())
    (shard,) = shards(tmp_path)
    assert shard.complete


def test_with_fewer_connections_than_copies_they_leave_one_after_the_other(
    tmp_path: Path, answering: Answering
) -> None:
    orders = orders_to(answering, repeat=1.0, rate=60.0, connections=1)
    sent(tmp_path, orders)
    made = attempts(tmp_path)
    assert len(made) == len(due(orders))
    assert {one.connection for one in made} == {1}


def test_what_waits_for_a_connection_is_held_and_what_waits_too_long_is_dropped(
    tmp_path: Path, answering: Answering
) -> None:
    never = threading.Event()
    answering.rule = lambda *_: 503 if never.wait(1.0) else 200
    orders = orders_to(answering, connections=2, grace=0.5)
    sent(tmp_path, orders)
    made = attempts(tmp_path)
    assert {one.number for one in made} == set(due(orders))
    dropped = [one for one in made if one.detail == GivenUp.NO_CONNECTION]
    others = [one for one in made if one not in dropped]
    assert {one.outcome for one in dropped} == {Outcome.SKIPPED}
    assert {one.outcome for one in others} == {Outcome.ANSWERED}
    assert 2 <= len(others) <= 6
    assert any(one.held > 0.5 for one in others)
    assert all(one.held == one.late > 0.0 for one in dropped)
    (shard,) = shards(tmp_path)
    assert shard.footer is not None
    assert not shard.complete
    assert len(answering.requests) == len(others), "what was dropped was never sent"


def test_what_came_of_a_delivery_is_on_the_file_long_before_the_next_one_leaves(
    tmp_path: Path, answering: Answering
) -> None:
    """Who reads along looks at the receiver's state from then on."""
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text("scenario: A fleet\nprovider: clevertap\nexports:\n  nightly: {takes: 1h}\n")
    one_life = orders_to(answering, scenarios=(str(fleet),), rate=2.0, seconds=1.0, life=60.0)
    shard = shard_of(tmp_path, 0)
    with started(tmp_path, one_life):
        until(lambda: shard.exists() and b'"kind":"outcome"' in shard.read_bytes(), 30.0)
    assert shard.read_bytes().count(b'"kind":"intent"') == 1


def test_all_that_an_outage_held_back_is_sent_from_the_first_moment_on(tmp_path: Path, answering: Answering) -> None:
    orders = orders_to(answering, shape="backlog", seconds=2.0)
    sent(tmp_path, orders)
    made = attempts(tmp_path)
    assert {one.due for one in made} == {0.0}
    assert len(made) == len(due(orders))
    assert {one.outcome for one in made} == {Outcome.ANSWERED}


def interrupted(folder: Path, answering: Answering, how: Callable[["subprocess.Popen[bytes]"], None]) -> int:
    with started(folder, orders_to(answering, seconds=60.0)) as (process,):
        until(lambda: len(answering.requests) > 30, 60.0)
        how(process)
        return process.wait(10)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_soon_with_a_footer_and_nothing_that_left_is_missing(
    tmp_path: Path, answering: Answering, number: signal.Signals
) -> None:
    interrupted(tmp_path, answering, lambda process: process.send_signal(number))
    (shard,) = shards(tmp_path)
    assert shard.footer is not None
    assert not shard.complete
    intended = {one.body for one in shard.attempts()}
    assert {body for _, _, body in answering.requests} <= intended


def test_a_process_that_is_killed_leaves_a_journal_that_tells_the_truth(tmp_path: Path, answering: Answering) -> None:
    assert interrupted(tmp_path, answering, lambda process: process.kill()) == -signal.SIGKILL
    (shard,) = shards(tmp_path)
    assert shard.footer is None
    made = list(shard.attempts())
    arrived = {body for _, _, body in answering.requests}
    assert arrived <= {one.body for one in made}
    assert {one.body for one in made if one.outcome is Outcome.ANSWERED} <= arrived
    assert {one.outcome for one in made} <= {Outcome.ANSWERED, Outcome.IN_DOUBT}


def test_when_a_worker_is_lost_the_others_send_their_share_and_the_run_ends(
    tmp_path: Path, answering: Answering
) -> None:
    orders = orders_to(answering, workers=2, seconds=3.0)
    with started(tmp_path, orders) as (master, stays, goes):
        until(lambda: len(answering.requests) > 30, 60.0)
        goes.kill()
        assert stays.wait(30) == 0, said(tmp_path)
        assert master.wait(30) == 0, said(tmp_path)
    assert Journal.open(shard_of(tmp_path, 0)).complete
    assert Journal.open(shard_of(tmp_path, 1)).footer is None


@pytest.mark.parametrize("client", ["partnersim", "fast", "http"])
def test_the_closed_model_sends_the_next_when_an_answer_has_come_with_any_client(
    tmp_path: Path, answering: Answering, client: str
) -> None:
    answering.rule = refusing_what_is_wrong
    orders = orders_to(answering, model="closed", client=client, connections=4, seconds=1.0, malformed=0.1)
    sent(tmp_path, orders)
    (shard,) = shards(tmp_path)
    made = list(shard.attempts())
    assert shard.complete
    assert len(made) > 20
    assert len({one.number for one in made}) == len(made)
    assert {one.outcome for one in made} == {Outcome.ANSWERED}
    assert {one.answer_status for one in made if one.genuine} == {200}
    assert Counter(one.body for one in made) == Counter(body for _, _, body in answering.requests)
    assert {(one.export, one.id) for one in made if one.end} >= {(one.export, one.id) for one in made if one.valid}


def test_in_the_closed_model_copies_that_leave_together_have_connections_of_their_own(
    tmp_path: Path, answering: Answering
) -> None:
    orders = orders_to(answering, model="closed", repeat=1.0, connections=3, seconds=1.0)
    sent(tmp_path, orders)
    together: dict[tuple[str, int, str, float], list[Attempt]] = {}
    made = attempts(tmp_path)
    for one in made:
        together.setdefault((one.export, one.run, one.event, one.due), []).append(one)
    pairs = [both for both in together.values() if len(both) == 2]
    assert len(pairs) > 10
    assert all(one.connection != other.connection for one, other in pairs)
    assert all(one.sent < other.done and other.sent < one.done for one, other in pairs), "side by side"
    assert len({one.connection for one in made}) <= 6, "connections are kept"
    assert Counter(one.body for one in made) == Counter(body for _, _, body in answering.requests)
    (shard,) = shards(tmp_path)
    assert shard.complete


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_users_soon_whose_copies_wait_for_answers(
    tmp_path: Path, answering: Answering, number: signal.Signals
) -> None:
    never = threading.Event()
    answering.rule = lambda *_: 503 if never.wait(5.0) else 200
    with started(tmp_path, orders_to(answering, model="closed", repeat=1.0, connections=3, seconds=60.0)) as (process,):
        until(lambda: len(answering.requests) > 3, 60.0)
        process.send_signal(number)
        process.wait(10)
    never.set()
    (shard,) = shards(tmp_path)
    assert shard.footer is not None
    assert not shard.complete
    assert {body for _, _, body in answering.requests} <= {one.body for one in shard.attempts()}
    assert {one.outcome for one in shard.attempts()} <= {Outcome.IN_DOUBT, Outcome.SKIPPED}
    assert "Traceback" not in said(tmp_path)


def test_all_workers_say_in_their_journals_when_the_load_began(tmp_path: Path, answering: Answering) -> None:
    before = datetime.now(UTC).timestamp()
    sent(tmp_path, orders_to(answering, workers=2, seconds=0.5))
    notes = [note for shard in shards(tmp_path) for _, note in shard.notes()]
    assert [note["what"] for note in notes] == [BEGAN, BEGAN]
    (began,) = {float(note["detail"]) for note in notes}
    assert before < began < datetime.now(UTC).timestamp()


def test_wrong_orders_end_it_with_a_reason_and_nothing_is_sent(tmp_path: Path, answering: Answering) -> None:
    with started(tmp_path, orders_to(answering, scenarios=("load/nobody",))) as (process,):
        assert process.wait(30) != 0
    assert "load/nobody" in said(tmp_path)
    assert answering.requests == []


def test_a_journal_that_cannot_be_written_ends_it_and_nothing_is_sent(tmp_path: Path, answering: Answering) -> None:
    shard_of(tmp_path, 0).write_text("in the way")
    with started(tmp_path, orders_to(answering)) as (process,):
        assert process.wait(30) != 0
    assert "cannot write the journal" in said(tmp_path)
    assert answering.requests == []


# Without orders: as any locustfile


def plain(folder: Path, answering: Answering, *words: str, enough: int = 60) -> str:
    """Users for as long as it takes to send so many requests; what Locust said of them."""
    run = ("--headless", "--only-summary", "-u", "6", "-r", "6", "-t", "60s", "--pause", "0", "--life", "0.2")
    process = locust(folder, *run, "--host", answering.url, "--journals", str(folder), *words)
    try:
        until(lambda: len(answering.requests) >= enough or process.poll() is not None, 60.0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0, said(folder)
    finally:
        process.kill()
        process.wait()
    return said(folder)


def test_users_live_whole_lives_of_both_partners(tmp_path: Path, answering: Answering) -> None:
    told = plain(tmp_path, answering)
    paths = {path for path, _, _ in answering.requests}
    assert paths == {"/hooks/clevertap", "/hooks/reachfive"}
    assert all(headers["Authorization"] == CREDENTIALS for _, headers, _ in answering.requests)
    made = attempts(tmp_path)
    assert {one.event for one in made} == {"initiated", "completed", "finished"}
    assert {one.status for one in made} == {"Initiated", "Completed", "SUCCESS", "FAILED"}
    assert len({one.number for one in made}) == len(made)
    assert all(name in told for name in ("clevertap.initiated", "clevertap.completed", "reachfive.finished"))


def test_what_users_wrote_down_is_not_judged_as_if_one_scenario_had_been_played(
    tmp_path: Path, answering: Answering, partnersim: Command
) -> None:
    plain(tmp_path, answering)
    for words in (("judge", "."), ("judge", "shard-000.ndjson"), ("report", "shard-000.ndjson")):
        ended = partnersim(*words)
        assert (ended.returncode, ended.stdout) == (2, ""), ended.stdout
        assert f"{words[1]} is of a load, which is judged when it is sent" in ended.stderr
        assert "partnersim load" in ended.stderr


def test_the_last_answer_is_on_the_file_before_anything_more_is_sent(tmp_path: Path, answering: Answering) -> None:
    life = planned(orders_to(answering, scenarios=("load/reachfive",)), {}).loads[0].lives.size
    run = ("--headless", "--only-summary", "-u", "1", "-t", "100s", "--pause", "100", "--life", "0")
    process = locust(tmp_path, *run, "--host", answering.url, "--journals", str(tmp_path), "ReachFiveUser")
    file = shard_of(tmp_path, 0)
    try:
        until(lambda: file.exists() and file.read_bytes().count(b'"kind":"outcome"') == life)
    finally:
        process.kill()
        process.wait()
    assert [one.outcome for one in attempts(tmp_path)] == [Outcome.ANSWERED] * life


def test_users_are_chosen_by_name_and_come_along_a_shape(tmp_path: Path, answering: Answering) -> None:
    told = plain(tmp_path, answering, "--shape", "ramp", "--path", "", "ReachFiveUser")
    assert {path for path, _, _ in answering.requests} == {"/"}
    assert {one.endpoint for one in attempts(tmp_path)} == {"reachfive"}
    assert "clevertap" not in told


def test_an_answer_that_should_not_have_come_is_a_failure(tmp_path: Path, answering: Answering) -> None:
    answering.rule = lambda *_: 500
    run = ("--headless", "--only-summary", "-u", "2", "-t", "2s", "--pause", "0", "--life", "0")
    assert locust(tmp_path, *run, "--host", answering.url, "CleverTapUser").wait(60) == 1
    assert "answered 500" in said(tmp_path)


def test_without_a_receiver_it_says_how_to_name_one(tmp_path: Path) -> None:
    assert locust(tmp_path, "--headless", "-t", "1s").wait(60) != 0
    assert "give --host URL or --receiver FILE" in said(tmp_path)


def test_a_folder_of_the_same_name_where_it_is_started_is_not_in_the_way(tmp_path: Path, answering: Answering) -> None:
    (tmp_path / "loadtests").mkdir()
    (tmp_path / "loadtests" / "__init__.py").write_text("raise RuntimeError('not this one')\n")
    sent(tmp_path, orders_to(answering, seconds=0.5))
    assert attempts(tmp_path)


def test_the_same_seed_and_start_give_the_same_exports(tmp_path: Path, answering: Answering) -> None:
    told: list[dict[str, str]] = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        answering.requests.clear()
        plain(tmp_path / name, answering, "--seed", "5", "--start", START, "CleverTapUser")
        told.append({one.export: one.id for one in attempts(tmp_path / name)})
    first, second = told
    both = first.keys() & second.keys()
    assert len(both) > 5
    assert {name: first[name] for name in both} == {name: second[name] for name in both}


@pytest.mark.parametrize("start", ["soon", "2026-01-05T00:00:00"])
def test_a_start_that_is_no_moment_is_refused(tmp_path: Path, start: str) -> None:
    assert locust(tmp_path, "--headless", "--start", start).wait(60) != 0
    assert "is no moment such as 2026-01-05T00:00:00+00:00" in said(tmp_path)


def test_a_share_that_was_not_even_planned_when_its_time_was_over_is_not_complete(tmp_path: Path) -> None:
    program = BARREN.format(shard=str(tmp_path / "shard"))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=LOCUSTFILE.parents[1], capture_output=True, text=True, timeout=60,
        check=True,
    )  # fmt: skip
    assert done.stdout == "False\n"
