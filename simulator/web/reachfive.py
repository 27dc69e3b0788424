"""ReachFive's console over HTTP: each operation of schemas/api/reachfive.yaml as a function of the desk and a call."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from simulator.console.reachfive.account import ROLES, check_role
from simulator.redaction import MARK
from simulator.redaction import url as shown_url
from simulator.web.moments import duration, moment, moment_or_none
from simulator.web.operations import Call, Operations, Reply

if TYPE_CHECKING:
    from simulator.console.desk import Desk
    from simulator.console.reachfive import Reachfive
    from simulator.console.reachfive.definitions import Definition
    from simulator.console.reachfive.jobs import Job


def show_account(desk: "Desk", call: Call) -> Reply:
    """The account's feature and readings."""
    return Reply(200, desk.do(lambda: _account(desk.reachfive)))


def change_account(desk: "Desk", call: Call) -> Reply:
    """Change them."""
    _check_role(call)

    def work() -> dict[str, Any]:
        desk.reachfive.account.change(**call.body)
        return _account(desk.reachfive)

    return Reply(200, desk.do(work))


def create_definition(desk: "Desk", call: Call) -> Reply:
    """Create a definition."""
    _check_role(call)
    wanted = _in_seconds(call.body)
    body = _shown(desk, lambda console: console.create(wanted))
    return Reply(201, body, {"Location": f"/reachfive/definitions/{body['id']}"})


def list_definitions(desk: "Desk", call: Call) -> Reply:
    """A page of the definitions there are."""

    def work() -> dict[str, Any]:
        total, found = desk.reachfive.definitions(call.query["offset"], call.query["limit"])
        return {"total": total, "items": [_definition(desk.reachfive, one) for one in found]}

    return Reply(200, desk.do(work))


def show_definition(desk: "Desk", call: Call) -> Reply:
    """One definition."""
    return Reply(200, _shown(desk, lambda console: console.definition(call.path["id"])))


def change_definition(desk: "Desk", call: Call) -> Reply:
    """Change what is given of a definition."""
    _check_role(call)
    wanted = _in_seconds(call.body)
    return Reply(200, _shown(desk, lambda console: console.change(call.path["id"], wanted)))


def delete_definition(desk: "Desk", call: Call) -> Reply:
    """Take a definition away."""
    _check_role(call)
    desk.do(lambda: desk.reachfive.delete(call.path["id"]))
    return Reply(204)


def run_definition(desk: "Desk", call: Call) -> Reply:
    """Begin a job now."""
    _check_role(call)
    wanted = _in_seconds(call.body or {})
    body = desk.do(lambda: _job(desk.reachfive, desk.reachfive.run_now(call.path["id"], wanted)))
    return Reply(202, body, {"Location": f"/reachfive/jobs/{body['id']}"})


def list_jobs(desk: "Desk", call: Call) -> Reply:
    """A page of the jobs, the newest last."""
    query = call.query
    ident, status = query.get("definition_id", ""), query.get("status", "")

    def work() -> dict[str, Any]:
        total, found = desk.reachfive.jobs(ident, status, query["offset"], query["limit"])
        return {"total": total, "items": [_job(desk.reachfive, one) for one in found]}

    return Reply(200, desk.do(work))


def show_job(desk: "Desk", call: Call) -> Reply:
    """One job."""
    return Reply(200, desk.do(lambda: _job(desk.reachfive, desk.reachfive.job(call.path["id"]))))


OPERATIONS: Final[Operations] = {
    "showReachfiveAccount": show_account,
    "changeReachfiveAccount": change_account,
    "createDefinition": create_definition,
    "listDefinitions": list_definitions,
    "showDefinition": show_definition,
    "changeDefinition": change_definition,
    "deleteDefinition": delete_definition,
    "runDefinition": run_definition,
    "listJobs": list_jobs,
    "showJob": show_job,
}


def export_names(desk: "Desk") -> dict[str, str]:
    """What deliveries have as `export`, by what people call it: definitions by their ids, and by that name itself."""
    definitions = desk.reachfive.definitions()[1]
    return {called: one.key for one in definitions for called in (one.id, one.key)}


def _check_role(call: Call) -> None:
    check_role(call.headers.get("x-role", ROLES[0]))


def _in_seconds(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body with its durations read."""
    read = dict(body)
    if "takes" in read:
        read["takes"] = duration(read["takes"])
    if "timeout" in (notification := read.get("end_job_notification", {})):
        read["end_job_notification"] = {**notification, "timeout": duration(notification["timeout"])}
    return read


def _account(console: "Reachfive") -> dict[str, Any]:
    return {"export_jobs": console.account.export_jobs, "readings": console.account.readings}


def _shown(desk: "Desk", work: Callable[["Reachfive"], "Definition"]) -> dict[str, Any]:
    """What the console says of a definition after that work on the desk."""
    return desk.do(lambda: _definition(desk.reachfive, work(desk.reachfive)))


def _definition(console: "Reachfive", definition: "Definition") -> dict[str, Any]:
    settings = definition.settings
    notification = settings.notification
    return {
        "id": definition.id,
        "export": definition.key,
        "name": settings.name,
        "type": settings.kind,
        "end_job_notification": {
            "enabled": notification.enabled,
            "url": shown_url(notification.url) if notification.url else None,
            "timeout": notification.timeout,
            "authorization": MARK if notification.authorization else None,
        },
        "schedule": settings.schedule._asdict() if settings.schedule else None,
        "takes": settings.takes,
        "outcomes": [one._asdict() for one in settings.outcomes],
        "created_at": moment(definition.created),
        "updated_at": moment(definition.updated),
        "next_run": moment_or_none(console.next_run(definition)),
    }


def _job(console: "Reachfive", job: "Job") -> dict[str, Any]:
    return {**job.report, "definition": _definition(console, job.definition)}
