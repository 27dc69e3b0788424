"""ReachFive's console: definitions, what their schedules bring, jobs, and what is told at a job's end."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from simulator.console.agenda import KeptRun
from simulator.console.happening import START, Consequence, Console, Happening, Hook, Notice
from simulator.console.reachfive.account import ROLES, check_role
from simulator.console.reachfive.jobs import Job
from simulator.console.refusal import Reason, Refusal
from simulator.model import Url
from simulator.providers.reachfive import REACHFIVE
from simulator.timeline.story import LATEST
from tests.unit.console.reachfive_made import DAY, ENABLED, EVERY_FOUR_HOURS, HOUR, NOW, URL, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.store.close()


def refusal(reason: Reason, work: Any, *values: Any, **named: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        work(*values, **named)
    assert caught.value.reason == reason
    return caught.value


def times(notices: list[Notice]) -> list[float]:
    return [(notice.at - NOW) / HOUR for notice in notices]


def test_it_is_a_console(scene: Scene) -> None:
    console: Console = scene.console
    assert list(console.secrets()) == []


# Definitions


def test_a_definition_has_the_defaults_of_the_page_and_an_id_like_the_samples(scene: Scene) -> None:
    definition = scene.console.create({"name": "User export", "type": "User Events"})
    notification = definition.settings.notification
    assert (notification.enabled, notification.url, notification.timeout, notification.authorization) == (
        False,
        "",
        10.0,
        "",
    )
    assert (definition.settings.schedule, definition.settings.takes) == (None, 5.0)
    assert re.fullmatch(r"[A-Za-z0-9_-]{20}", definition.id)
    assert (definition.created, definition.updated, scene.console.next_run(definition)) == (NOW, NOW, None)


@pytest.mark.parametrize("kind", ["User Profiles", "User Events", "User Consents"])
def test_there_are_three_types_of_definition(scene: Scene, kind: str) -> None:
    assert scene.create(type=kind).settings.kind == kind


def test_another_type_is_refused(scene: Scene) -> None:
    assert "User Consents" in refusal("unfit", scene.create, type="Users").remedy


def test_two_definitions_may_share_a_name(scene: Scene) -> None:
    one, other = scene.create(), scene.create()
    assert one.settings.name == other.settings.name
    assert one.id != other.id
    assert scene.console.definitions() == (2, [one, other])


@pytest.mark.parametrize("name", ["Été – 利用者 🚀", "Wöchentlich\u00a0neu", "a" * 200, "exporté\u200dx"])
def test_a_name_is_in_any_script(scene: Scene, name: str) -> None:
    definition = scene.create(name=name)
    scene.restart()
    assert scene.console.definition(definition.id).settings.name == name
    scene.console.run_now(definition.id)
    (notice,) = scene.advance(5)
    assert scene.payload(notice)["definition_name"] == name


@pytest.mark.parametrize("name", ["", "  ", "a\r\nb", "a\x00", "a\x7f", "a\u2028b", "half \ud83d", "a" * 201])
def test_a_name_has_something_to_read_and_no_control_characters(scene: Scene, name: str) -> None:
    assert refusal("unfit", scene.create, name=name).message.startswith("name: ")
    assert scene.console.definitions() == (0, [])


@pytest.mark.parametrize("value", ["Bearer x\r\nX-Evil: 1", "a\nb", "Basic \x00", "ключ", " Bearer x", "x" * 4097])
def test_an_authorization_that_is_no_header_value_is_refused_and_not_told(scene: Scene, value: str) -> None:
    problem = refusal("unfit", scene.create, end_job_notification={**ENABLED, "authorization": value})
    assert problem.message.startswith("end_job_notification.authorization: ")
    assert value.strip() not in str(problem)


@pytest.mark.parametrize(
    "value", ["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Bearer mF_9.B5f-4.1JqM", "any-pattern", "a b c;d=1, e"]
)
def test_an_authorization_has_any_pattern(scene: Scene, value: str) -> None:
    definition = scene.create(end_job_notification={**ENABLED, "authorization": value})
    assert scene.console.hook(definition.key).authorization == value


@pytest.mark.parametrize("url", ["ftp://h/x", "http://h/#x", "http://u:p@h/", "http://h/a b", "h/x", "http://h\r\n/"])
def test_what_is_no_url_is_refused_even_where_it_is_not_enabled(scene: Scene, url: str) -> None:
    problem = refusal("unfit", scene.create, end_job_notification={"url": url})
    assert problem.message.startswith("end_job_notification.url: ")


@pytest.mark.parametrize("url", [None, ""])
def test_an_enabled_webhook_needs_a_url(scene: Scene, url: str | None) -> None:
    assert "needs one" in refusal("unfit", scene.create, end_job_notification={"enabled": True, "url": url}).message
    refusal("unfit", scene.create, end_job_notification={"enabled": True})


@pytest.mark.parametrize("timeout", [0, -1, 300.5, float("nan"), float("inf")])
def test_a_timeout_is_above_zero_and_five_minutes_at_most(scene: Scene, timeout: float) -> None:
    assert "timeout" in refusal("unfit", scene.create, end_job_notification={"timeout": timeout}).message


def test_a_mark_is_not_taken_for_a_value(scene: Scene) -> None:
    for wrong in ({"authorization": "(redacted)"}, {"url": f"{URL}?token=(redacted)"}):
        assert "(redacted)" in refusal("unfit", scene.create, end_job_notification={**ENABLED, **wrong}).message


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        ({"result": "success", "total": 3, "failed": 1}, "partial failure"),
        ({"result": "failed", "total": 3, "failed": 4}, "cannot fail"),
        ({"result": "partial failure", "total": 1}, "not 1 of 1"),
        ({"result": "partial failure", "total": 0}, "not 0 of 0"),
        ({"result": "partial failure", "total": 3, "failed": 3}, "not 3 of 3"),
        ({"result": "done"}, "result is one of"),
        ({"result": "success", "total": 2**31}, "at most"),
    ],
)
def test_counts_that_do_not_add_up_are_refused_with_their_place(
    scene: Scene, outcome: dict[str, Any], why: str
) -> None:
    problem = refusal("unfit", scene.create, outcomes=[{"result": "success"}, outcome])
    assert problem.message.startswith("outcomes[1]: ")
    assert why in problem.message


def test_no_outcomes_at_all_are_refused(scene: Scene) -> None:
    assert "outcomes" in refusal("unfit", scene.create, outcomes=[]).message


def test_nothing_is_kept_of_a_definition_that_is_refused(scene: Scene) -> None:
    refusal("unfit", scene.create, schedule={"cron": "0 0 30 2 *"})
    assert (scene.console.definitions()[0], scene.agenda.next_due(), scene.changes) == (0, None, 0)


@pytest.mark.parametrize("ident", ["", "x", "definition-1", "A" * 20, "A" * 21, "\ud800", "%", "A" * 10_000])
def test_an_unknown_id_is_not_found(scene: Scene, ident: str) -> None:
    scene.create()
    for work in (scene.console.definition, scene.console.delete, scene.console.run_now, scene.console.job):
        refusal("not-found", work, ident)
    refusal("not-found", scene.console.change, ident, {})


def test_definitions_come_in_pages(scene: Scene) -> None:
    made = [scene.create(name=f"d{number}") for number in range(5)]
    assert scene.console.definitions(1, 2) == (5, made[1:3])
    assert scene.console.definitions(5, 2) == (5, [])


# Changes


def test_a_change_replaces_what_is_given_only(scene: Scene) -> None:
    old = scene.create(takes=60.0, schedule=EVERY_FOUR_HOURS)
    scene.now += 5
    new = scene.console.change(old.id, {"name": "Autre", "end_job_notification": {"timeout": 3}})
    assert new.settings.notification == old.settings.notification._replace(timeout=3)
    assert (new.settings.name, new.settings.takes, new.settings.schedule) == ("Autre", 60.0, old.settings.schedule)
    assert (new.id, new.created, new.updated) == (old.id, NOW, NOW + 5)
    assert scene.console.definition(old.id) == new


def test_the_id_outlives_a_new_name_a_restart_and_other_dice(scene: Scene) -> None:
    definition = scene.create()
    scene.console.change(definition.id, {"name": "Autre"})
    scene.restart()
    scene.seed = 8
    scene.console.run_now(definition.id)
    (notice,) = scene.advance(5)
    assert scene.payload(notice)["definition_id"] == definition.id
    assert scene.payload(notice)["definition_name"] == "Autre"


def test_credentials_sent_back_as_they_are_shown_stay_what_they_are(scene: Scene) -> None:
    secret = {**ENABLED, "url": f"{URL}?token=abc123xyz"}
    definition = scene.create(end_job_notification=secret)
    shown = {"authorization": "(redacted)", "url": f"{URL}?token=(redacted)"}
    new = scene.console.change(definition.id, {"end_job_notification": {**shown, "timeout": 7}})
    assert new.settings.notification == definition.settings.notification._replace(timeout=7)


def test_an_authorization_can_be_taken_away(scene: Scene) -> None:
    definition = scene.create()
    scene.console.change(definition.id, {"end_job_notification": {"authorization": None}})
    assert scene.console.hook(definition.key).authorization is None


def test_a_url_cannot_be_taken_from_a_webhook_that_is_enabled(scene: Scene) -> None:
    definition = scene.create()
    refusal("unfit", scene.console.change, definition.id, {"end_job_notification": {"url": None}})
    assert scene.console.definition(definition.id) == definition


def test_a_new_schedule_replaces_the_old_one(scene: Scene) -> None:
    definition = scene.create(schedule=EVERY_FOUR_HOURS, takes=0.0)
    assert scene.console.next_run(definition) == NOW + 4 * HOUR
    changed = scene.console.change(definition.id, {"schedule": {"cron": "0 1 * * *", "zone": "Asia/Kolkata"}})
    assert scene.console.next_run(changed) == NOW + 19.5 * HOUR
    assert times(scene.advance(DAY)) == [19.5]
    scene.console.change(definition.id, {"schedule": None})
    assert scene.advance(DAY) == []


def test_a_new_schedule_leaves_a_job_under_way_to_its_end(scene: Scene) -> None:
    definition = scene.create(schedule=EVERY_FOUR_HOURS, takes=2 * HOUR)
    scene.advance(5 * HOUR)
    scene.console.change(definition.id, {"schedule": None})
    assert times(scene.advance(DAY)) == [6]


def test_another_change_leaves_the_schedule_alone(scene: Scene) -> None:
    definition = scene.create(schedule=EVERY_FOUR_HOURS, takes=0.0)
    scene.console.change(definition.id, {"name": "Autre", "schedule": EVERY_FOUR_HOURS})
    assert times(scene.advance(8 * HOUR)) == [4, 8]


# Jobs that begin by schedule


def test_a_schedule_begins_jobs_and_each_notifies_once_at_its_end(scene: Scene) -> None:
    scene.create(schedule=EVERY_FOUR_HOURS, takes=560.0)
    notices = scene.advance(DAY)
    assert times(notices) == [hour + 560 / HOUR for hour in (4, 8, 12, 16, 20)]
    assert [notice.run.number for notice in notices] == [1, 2, 3, 4, 5]
    assert len({scene.payload(notice)["id"] for notice in notices}) == 5
    assert len({scene.payload(notice)["definition_id"] for notice in notices}) == 1
    assert scene.advance(560)[0].run.number == 6


def test_a_schedule_goes_on_after_a_restart(scene: Scene) -> None:
    scene.create(schedule=EVERY_FOUR_HOURS, takes=HOUR)
    scene.advance(4.5 * HOUR)
    scene.restart()
    assert times(scene.advance(8 * HOUR)) == [5, 9]


@pytest.mark.parametrize(
    ("day", "ends"), [("2026-03-29", "2026-03-29T01:00:05Z"), ("2026-10-25", "2026-10-25T00:30:05Z")]
)
def test_a_job_at_half_past_two_begins_once_on_the_days_on_which_clocks_change(
    scene: Scene, day: str, ends: str
) -> None:
    scene.now = datetime.fromisoformat(f"{day}T00:00:00Z").timestamp() - HOUR
    scene.create(schedule={"cron": "30 2 * * *", "zone": "Europe/Paris"})
    (notice,) = scene.advance(DAY)
    assert notice.at == datetime.fromisoformat(ends).timestamp()


def test_without_the_feature_a_schedule_passes_in_silence_and_goes_on_with_it(scene: Scene) -> None:
    definition = scene.create(schedule=EVERY_FOUR_HOURS, takes=0.0)
    scene.console.account.change(export_jobs=False)
    assert scene.console.next_run(definition) is None
    assert scene.advance(9 * HOUR) == []
    assert scene.console.jobs() == (0, [])
    scene.console.account.change(export_jobs=True)
    assert times(scene.advance(4 * HOUR)) == [12]


def test_a_run_by_schedule_takes_the_number_after_one_at_a_persons_word(scene: Scene) -> None:
    definition = scene.create(schedule=EVERY_FOUR_HOURS, takes=0.0)
    scene.console.run_now(definition.id)
    assert [notice.run.number for notice in scene.advance(4 * HOUR)] == [1, 2]


def test_the_story_ends_without_an_error(scene: Scene) -> None:
    scene.now = LATEST - 10 * HOUR
    definition = scene.create(schedule=EVERY_FOUR_HOURS, takes=5 * HOUR)
    refusal("unfit", scene.console.run_now, definition.id, {"takes": 10 * HOUR})
    assert len(scene.advance(10 * HOUR - 1)) == 1  # that of 20:00 would not end
    assert scene.agenda.next_due() is None


# Jobs that begin at a person's word


def test_a_job_begins_at_once_and_is_running_until_it_ends(scene: Scene) -> None:
    definition = scene.create(takes=60.0)
    scene.advance(0.345)
    report, shown = scene.console.run_now(definition.id)
    assert report == {
        "total_succeeded": 0,
        "total_operations": 0,
        "total_failed": 0,
        "id": report["id"],
        "status": "RUNNING",
        "created_at": "2026-01-05T00:00:00.345Z",
        "type": "export",
        "updated_at": "2026-01-05T00:00:00.345Z",
        "definition_id": definition.id,
        "definition_name": "User export",
    }
    assert shown.runs == 1
    (notice,) = scene.advance(60)
    assert scene.payload(notice) == {
        **report,
        "total_succeeded": 3,
        "total_operations": 3,
        "status": "SUCCESS",
        "updated_at": "2026-01-05T00:01:00.345Z",
    }


def test_the_documented_sample_is_a_partial_failure_in_these_keys(scene: Scene) -> None:
    definition = scene.create(outcomes=[{"result": "partial failure"}], takes=1.285)
    scene.console.run_now(definition.id)
    (notice,) = scene.advance(2)
    sample = REACHFIVE.examples["finished"]
    assert list(scene.payload(notice)) == list(sample)
    alike = ("total_succeeded", "total_operations", "total_failed", "status", "type", "definition_name")
    assert {name: scene.payload(notice)[name] for name in alike} == {name: sample[name] for name in alike}
    assert scene.story().schema("finished").accepts(scene.payload(notice))


def test_a_listed_job_is_the_notification_and_its_definition(scene: Scene) -> None:
    definition = scene.create()
    begun = scene.console.run_now(definition.id)
    (notice,) = scene.advance(5)
    job = scene.console.job(begun.report["id"])
    assert job == Job(scene.payload(notice), scene.console.definition(definition.id))
    assert scene.console.jobs() == (1, [job])
    assert "definition" not in scene.payload(notice)


def test_runs_end_as_scripted_and_the_last_outcome_goes_on(scene: Scene) -> None:
    outcomes = [{"result": "failed"}, {"result": "success", "total": 0}, {"result": "partial failure", "total": 5}]
    definition = scene.create(outcomes=outcomes, takes=0.0)
    for _ in range(5):
        scene.console.run_now(definition.id)
    told = [
        (report["status"], report["total_operations"], report["total_succeeded"], report["total_failed"])
        for report in map(scene.payload, scene.advance(1))
    ]
    assert told == [("FAILED", 3, 0, 3), ("SUCCESS", 0, 0, 0), *[("SUCCESS", 5, 4, 1)] * 3]


def test_new_outcomes_begin_with_the_next_run(scene: Scene) -> None:
    definition = scene.create(takes=0.0)
    for _ in range(3):
        scene.console.run_now(definition.id)
    scene.console.change(definition.id, {"outcomes": [{"result": "failed"}, {"result": "success"}]})
    for _ in range(2):
        scene.console.run_now(definition.id)
    assert [scene.payload(one)["status"] for one in scene.advance(1)] == [*["SUCCESS"] * 3, "FAILED", "SUCCESS"]


def test_a_run_may_end_otherwise_than_scripted(scene: Scene) -> None:
    definition = scene.create(outcomes=[{"result": "partial failure", "total": 10, "failed": 4}])
    scene.console.run_now(definition.id, {"result": "failed", "takes": 1.0})
    scene.console.run_now(definition.id, {"total": 20, "takes": 2.0})
    scene.console.run_now(definition.id, {"failed": 9, "takes": 3.0})
    told = [
        (one["status"], one["total_operations"], one["total_failed"]) for one in map(scene.payload, scene.advance(9))
    ]
    assert told == [("FAILED", 10, 10), ("SUCCESS", 20, 1), ("SUCCESS", 10, 9)]


def test_a_run_that_makes_no_sense_does_not_begin(scene: Scene) -> None:
    definition = scene.create()
    refusal("unfit", scene.console.run_now, definition.id, {"result": "partial failure", "total": 1})
    refusal("unfit", scene.console.run_now, definition.id, {"failed": 1})
    assert scene.console.jobs() == (0, [])
    assert scene.advance(DAY) == []


def test_jobs_of_one_definition_may_overlap(scene: Scene) -> None:
    definition = scene.create(takes=60.0)
    first = scene.console.run_now(definition.id)
    scene.advance(10)
    second = scene.console.run_now(definition.id, {"takes": 1.0})
    assert [scene.payload(one)["id"] for one in scene.advance(60)] == [second.report["id"], first.report["id"]]
    assert [job.report["id"] for job in scene.console.jobs()[1]] == [first.report["id"], second.report["id"]]


def test_a_job_that_takes_no_time_ends_in_its_first_moment(scene: Scene) -> None:
    definition = scene.create(takes=0.0)
    scene.console.run_now(definition.id)
    (notice,) = scene.advance(0)
    assert scene.payload(notice)["created_at"] == scene.payload(notice)["updated_at"]


def test_a_job_ends_after_a_restart_as_it_began(scene: Scene) -> None:
    definition = scene.create(takes=60.0)
    begun = scene.console.run_now(definition.id)
    scene.restart()
    (notice,) = scene.advance(60)
    assert scene.payload(notice)["id"] == begun.report["id"]


# What holds at a job's end


def test_a_webhook_that_is_disabled_meanwhile_is_not_told(scene: Scene) -> None:
    definition = scene.create()
    begun = scene.console.run_now(definition.id)
    scene.console.change(definition.id, {"end_job_notification": {"enabled": False}})
    assert scene.advance(5) == []
    assert scene.console.job(begun.report["id"]).report["status"] == "SUCCESS"
    refusal("conflict", scene.console.hook, definition.key)


def test_a_webhook_that_is_enabled_meanwhile_is_told(scene: Scene) -> None:
    definition = scene.create(end_job_notification={})
    scene.console.run_now(definition.id)
    scene.console.change(definition.id, {"end_job_notification": {"enabled": True, "url": URL}})
    assert [notice.hook for notice in scene.advance(5)] == [
        Hook(url=Url("http", "127.0.0.1", 8000, "/hooks/reachfive"), timeout=10.0)
    ]


def test_url_credentials_and_timeout_are_those_of_the_end(scene: Scene) -> None:
    definition = scene.create()
    scene.console.run_now(definition.id)
    changed = {"url": "https://b.test/x?y=1", "authorization": "Basic Zm9v", "timeout": 2.5}
    scene.console.change(definition.id, {"end_job_notification": changed})
    (notice,) = scene.advance(5)
    assert notice.hook == Hook(url=Url("https", "b.test", 443, "/x?y=1"), timeout=2.5, authorization="Basic Zm9v")
    assert scene.console.hook(definition.key) == notice.hook


def test_nothing_else_of_a_job_under_way_changes(scene: Scene) -> None:
    definition = scene.create(takes=60.0)
    scene.console.run_now(definition.id)
    changes = {"name": "Autre", "type": "User Events", "takes": 1.0, "outcomes": [{"result": "failed", "total": 9}]}
    scene.console.change(definition.id, changes)
    assert scene.advance(59) == []
    (notice,) = scene.advance(1)
    report = scene.payload(notice)
    assert (report["definition_name"], report["status"], report["total_operations"]) == ("User export", "SUCCESS", 3)
    assert scene.console.jobs()[1][0].definition.settings.name == "Autre"


def test_of_a_deleted_definition_jobs_end_untold_and_stay_listed(scene: Scene) -> None:
    definition = scene.create(schedule=EVERY_FOUR_HOURS, takes=HOUR, name="Last")
    kept = scene.create(name="Other")
    scene.advance(4.5 * HOUR)
    scene.console.delete(definition.id)
    assert scene.console.definitions() == (1, [kept])
    assert scene.advance(DAY) == []
    total, (job,) = scene.console.jobs(definition.id)
    assert (total, job.report["status"], job.definition.settings.name) == (1, "SUCCESS", "Last")
    assert scene.console.next_run(job.definition) is None
    for work in (scene.console.definition, scene.console.delete, scene.console.run_now):
        refusal("not-found", work, definition.id)
    refusal("not-found", scene.console.hook, definition.key)
    assert scene.create().id not in {definition.id, kept.id}


def test_a_deleted_definition_keeps_no_secrets(scene: Scene) -> None:
    definition = scene.create(end_job_notification={**ENABLED, "url": f"{URL}?token=abc123xyz"})
    scene.console.run_now(definition.id)
    assert set(scene.console.secrets()) == {ENABLED["authorization"], "abc123xyz"}
    scene.console.delete(definition.id)
    assert list(scene.console.secrets()) == []
    ((_, (job,))) = scene.console.jobs()
    assert job.definition.settings.notification.authorization == "(redacted)"
    assert job.definition.settings.notification.url == f"{URL}?token=(redacted)"


# Readings, the feature, and roles


def test_readings_decide_how_the_end_is_told(scene: Scene) -> None:
    definition = scene.create(outcomes=[{"result": "failed"}], takes=0.0)
    scene.console.run_now(definition.id)
    scene.advance(0)
    readings = {"failed_word": "FAILURE", "time_digits": "microseconds"}
    scene.console.account.change(readings=readings)
    scene.console.run_now(definition.id)
    (notice,) = scene.advance(0)
    assert scene.payload(notice)["status"] == "FAILURE"
    assert scene.payload(notice)["updated_at"] == "2026-01-05T00:00:00.000000Z"
    assert scene.console.account.readings == {"job_type": "export", **readings}
    assert [job.report["status"] for job in scene.console.jobs()[1]] == ["FAILED", "FAILURE"]  # as they were told
    assert [scene.console.jobs(status=word)[0] for word in ("FAILED", "FAILURE", "SUCCESS")] == [1, 1, 0]


def test_a_reading_stays_when_another_is_chosen_and_after_a_restart(scene: Scene) -> None:
    scene.console.account.change(readings={"failed_word": "FAILURE"})
    scene.console.account.change(readings={"job_type": "import"})
    scene.restart()
    assert scene.console.account.readings == {
        "failed_word": "FAILURE",
        "time_digits": "milliseconds",
        "job_type": "import",
    }


@pytest.mark.parametrize("readings", [{"zone": "UTC"}, {"failed_word": "KO"}])
def test_a_reading_that_there_is_not_is_refused_with_those_there_are(scene: Scene, readings: dict[str, str]) -> None:
    assert "failed_word" in refusal("unfit", scene.console.account.change, export_jobs=False, readings=readings).message
    assert scene.console.account.export_jobs
    assert scene.changes == 0


def test_without_the_feature_nothing_is_made_changed_or_run(scene: Scene) -> None:
    definition = scene.create()
    begun = scene.console.run_now(definition.id)
    scene.console.account.change(export_jobs=False)
    scene.restart()
    assert "PATCH" in refusal("forbidden", scene.create).remedy
    refusal("forbidden", scene.console.change, definition.id, {})
    refusal("forbidden", scene.console.run_now, definition.id)
    assert scene.console.definition(definition.id).runs == 1
    assert scene.console.jobs()[0] == 1
    assert [scene.payload(one)["id"] for one in scene.advance(5)] == [begun.report["id"]]


def test_three_roles_may_configure() -> None:
    assert ROLES == ("Administrator", "Developer", "Manager")
    for role in ROLES:
        check_role(role)


@pytest.mark.parametrize("role", ["", "Analyst", "developer", "Administrator ", "Ad\r\nmin"])
def test_any_other_role_may_not(role: str) -> None:
    assert "X-Role" in refusal("forbidden", check_role, role).remedy


# Lists of jobs


def test_jobs_come_in_pages_of_one_definition_or_one_status(scene: Scene) -> None:
    one, other = scene.create(takes=0.0), scene.create(takes=HOUR)
    ids = [scene.console.run_now(each.id).report["id"] for each in (one, other, one, other, one)]
    scene.advance(1)

    def listed(*wanted: Any) -> tuple[int, list[str]]:
        total, jobs = scene.console.jobs(*wanted)
        return total, [job.report["id"] for job in jobs]

    assert listed() == (5, ids)
    assert listed("", "", 1, 3) == (5, ids[1:4])
    assert listed(one.id) == (3, ids[::2])
    assert listed(one.id, "", 2, 100) == (3, [ids[4]])
    assert listed("", "RUNNING") == (2, ids[1::2])
    assert listed(one.id, "RUNNING") == (0, [])
    assert listed("A" * 20) == (0, [])
    assert listed("nonsense") == (0, [])


# Once more, and what cannot be


def test_a_notification_once_more_is_of_a_job_of_its_own_that_ends_then(scene: Scene) -> None:
    definition = scene.create(takes=60.0)
    scene.console.run_now(definition.id)
    (notice,) = scene.advance(60)
    moment = NOW + DAY
    fresh = [scene.console.again(definition.key, 1, "finished", moment) for _ in range(3)]
    told = [scene.payload(one) for one in fresh]
    assert len({scene.payload(notice)["id"], *(one["id"] for one in told)}) == 4
    assert {(one["created_at"], one["updated_at"]) for one in told} == {
        ("2026-01-05T23:59:00.000Z", "2026-01-06T00:00:00.000Z")
    }
    assert {(one["definition_id"], one["definition_name"], one["total_operations"]) for one in told} == {
        (definition.id, "User export", 3)
    }
    assert {one.hook for one in fresh} == {notice.hook}
    assert scene.console.jobs()[0] == 1


def test_once_more_is_refused_where_there_is_nothing_to_tell_or_nobody(scene: Scene) -> None:
    definition = scene.create()
    scene.console.run_now(definition.id)
    refusal("conflict", scene.console.again, definition.key, 1, "finished", NOW)
    scene.advance(5)
    refusal("not-found", scene.console.again, definition.key, 2, "finished", NOW)
    refusal("not-found", scene.console.again, definition.key, 1, "completed", NOW)
    refusal("not-found", scene.console.again, "definition-9", 1, "finished", NOW)
    scene.console.change(definition.id, {"end_job_notification": {"enabled": False}})
    assert "enable" in refusal("conflict", scene.console.again, definition.key, 1, "finished", NOW).remedy
    scene.console.delete(definition.id)
    refusal("not-found", scene.console.again, definition.key, 1, "finished", NOW)


def test_what_belongs_to_nothing_has_no_consequences(scene: Scene) -> None:
    definition = scene.create()
    scene.console.run_now(definition.id)
    gone = [
        Happening(NOW, "reachfive", "definition-9", 1, START),
        Happening(NOW, "reachfive", "definition-9", 1, "finished"),
        Happening(NOW, "reachfive", definition.key, 9, "finished"),
        Happening(NOW, "reachfive", definition.key, 1, "completed"),
        Happening(NOW, "reachfive", definition.key, 1, START),  # it has no schedule any more
        Happening(NOW, "reachfive", "", 0, ""),
    ]
    assert [scene.console.happens(happening) for happening in gone] == [Consequence()] * len(gone)
    assert scene.console.jobs("", "RUNNING")[0] == 1


def test_a_job_ends_once(scene: Scene) -> None:
    definition = scene.create()
    scene.console.run_now(definition.id)
    (happening,) = (one for _, one in scene.agenda.due(NOW + 5, 9))
    assert scene.console.happens(happening).notice
    assert scene.console.happens(happening) == Consequence()


def test_everybody_is_told_of_every_change(scene: Scene) -> None:
    ident = scene.create().id
    assert scene.changes == 1
    scene.console.change(ident, {"name": "Autre"})
    assert scene.changes == 2
    scene.console.run_now(ident)
    assert scene.changes == 3
    scene.console.account.change(export_jobs=True)
    assert scene.changes == 4
    scene.console.delete(ident)
    assert scene.changes == 5


def test_two_stories_share_no_id(tmp_path: Path) -> None:
    ids = set()
    for seed in range(5):
        scene = Scene(tmp_path / str(seed), seed=seed)
        definition = scene.create()
        ids |= {definition.id, scene.console.run_now(definition.id).report["id"]}
        scene.store.close()
    assert len(ids) == 10


def test_the_same_story_has_the_same_ids(tmp_path: Path) -> None:
    made = []
    for number in range(2):
        scene = Scene(tmp_path / str(number))
        definition = scene.create()
        made.append((definition.id, scene.console.run_now(definition.id).report["id"]))
        scene.store.close()
    assert made[0] == made[1]


def test_a_kept_run_holds_what_its_payload_is_made_of(scene: Scene) -> None:
    definition = scene.create(takes=2.0)
    scene.console.run_now(definition.id)
    run = scene.agenda.run("reachfive", definition.key, 1)
    assert isinstance(run, KeptRun)
    assert (run.state, run.started, run.ends) == ("RUNNING", NOW, NOW + 2)
