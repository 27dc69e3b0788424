"""The operations of CleverTap's console: JSON in and out; what they mean is `simulator.console.clevertap`'s to say."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

from simulator.console.clevertap.account import TRIED
from simulator.console.clevertap.exports import TAKES, Export, ExportRun, NewExport
from simulator.console.clevertap.webhooks import Webhook
from simulator.web.moments import duration, moment, moment_or_none, read_moment
from simulator.web.operations import Call, Operations, Reply

if TYPE_CHECKING:
    from simulator.console.desk import Desk

Item = TypeVar("Item")


def show_account(desk: "Desk", call: Call) -> Reply:
    """The readings that hold."""
    return Reply(200, {"readings": desk.do(desk.clevertap.account.readings)})


def change_account(desk: "Desk", call: Call) -> Reply:
    """Choose other readings."""
    return Reply(200, {"readings": desk.do(lambda: desk.clevertap.account.choose(call.body["readings"]))})


def create_webhook(desk: "Desk", call: Call) -> Reply:
    """Try a webhook with the test body, and keep it on 200."""
    made = desk.await_(lambda: desk.clevertap.create_webhook(call.body))
    return Reply(201, _webhook(made), {"Location": f"/clevertap/webhooks/{quote(made.name, safe='')}"})


def list_webhooks(desk: "Desk", call: Call) -> Reply:
    """A page of webhooks."""
    return _page(desk.do(lambda: desk.clevertap.account.webhooks(**call.query)), _webhook)


def show_webhook(desk: "Desk", call: Call) -> Reply:
    """One webhook."""
    return Reply(200, _webhook(desk.do(lambda: desk.clevertap.account.webhook(call.path["name"]))))


def delete_webhook(desk: "Desk", call: Call) -> Reply:
    """Forget a webhook."""
    desk.do(lambda: desk.clevertap.account.delete_webhook(call.path["name"]))
    return Reply(204)


def show_alerts(desk: "Desk", call: Call) -> Reply:
    """Whether alerts are enabled, and where they go."""
    return _alerts(desk.do(desk.clevertap.account.alerts))


def enable_alerts(desk: "Desk", call: Call) -> Reply:
    """Enable alerts, or send them elsewhere."""

    def work() -> str | None:
        desk.clevertap.account.enable_alerts(call.body["webhook"])
        return desk.clevertap.account.alerts()

    return _alerts(desk.do(work))


def disable_alerts(desk: "Desk", call: Call) -> Reply:
    """Disable alerts."""
    desk.do(desk.clevertap.account.disable_alerts)
    return _alerts(None)


def create_export(desk: "Desk", call: Call) -> Reply:
    """An export that will run by itself."""
    new = _new_export(call.body)
    made = desk.do(lambda: desk.clevertap.create_export(new))
    return Reply(201, _export(made), {"Location": f"/clevertap/exports/{made.id}"})


def list_exports(desk: "Desk", call: Call) -> Reply:
    """A page of exports."""
    return _page(desk.do(lambda: desk.clevertap.exports(**call.query)), _export)


def show_export(desk: "Desk", call: Call) -> Reply:
    """One export."""
    return Reply(200, _export(desk.do(lambda: desk.clevertap.export(call.path["id"]))))


def change_export(desk: "Desk", call: Call) -> Reply:
    """Say which runs fail."""
    fails = [int(number) for number in call.body["fails"]]
    return Reply(200, _export(desk.do(lambda: desk.clevertap.change_export(call.path["id"], fails))))


def stop_export(desk: "Desk", call: Call) -> Reply:
    """Let no further run begin."""
    return Reply(200, _export(desk.do(lambda: desk.clevertap.stop_export(call.path["id"]))))


def list_export_runs(desk: "Desk", call: Call) -> Reply:
    """A page of an export's runs."""
    return _page(desk.do(lambda: desk.clevertap.runs(call.path["id"], **call.query)), _run)


OPERATIONS: Final[Operations] = {
    "showClevertapAccount": show_account,
    "changeClevertapAccount": change_account,
    "createWebhook": create_webhook,
    "listWebhooks": list_webhooks,
    "showWebhook": show_webhook,
    "deleteWebhook": delete_webhook,
    "showExportStatusAlerts": show_alerts,
    "enableExportStatusAlerts": enable_alerts,
    "disableExportStatusAlerts": disable_alerts,
    "createExport": create_export,
    "listExports": list_exports,
    "showExport": show_export,
    "changeExport": change_export,
    "stopExport": stop_export,
    "listExportRuns": list_export_runs,
}


def export_names(desk: "Desk") -> dict[str, str]:
    """What deliveries have as `export`, by what people call it: exports by their ids, webhooks for their tests."""
    names = [one.id for one in desk.clevertap.exports()[1]]
    names += [f"{TRIED}{one.name}" for one in desk.clevertap.account.webhooks()[1]]
    return {name: name for name in names}


def _new_export(body: dict[str, Any]) -> NewExport:
    """What is asked for; whole numbers may be written 3.0 in JSON."""
    given, starts_at, runs = body.get("export_request_id"), body.get("starts_at"), body.get("runs")
    return NewExport(
        **{name: body[name] for name in ("partner", "type", "frequency") if name in body},
        starts_at=None if starts_at is None else read_moment(starts_at),
        takes=duration(body.get("takes", TAKES)),
        runs=None if runs is None else int(runs),
        fails=[int(number) for number in body.get("fails", ())],
        export_request_id=int(given) if isinstance(given, float) else given,
    )


def _page(found: tuple[int, Iterable[Item]], tell: Callable[[Item], Any]) -> Reply:
    total, items = found
    return Reply(200, {"total": total, "items": [tell(one) for one in items]})


def _webhook(webhook: Webhook) -> dict[str, Any]:
    told = asdict(webhook)
    return told | {"created_at": moment(told.pop("created"))}


def _alerts(webhook: str | None) -> Reply:
    return Reply(200, {"enabled": webhook is not None, "webhook": webhook})


def _export(export: Export) -> dict[str, Any]:
    told = asdict(export)
    created, next_run = moment(told.pop("created")), moment_or_none(told.pop("next_run"))
    return told | {"fails": list(export.fails), "created_at": created, "next_run": next_run}


def _run(run: ExportRun) -> dict[str, Any]:
    told = asdict(run)
    started, ended = moment(told.pop("started")), moment_or_none(told.pop("ended"))
    return told | {"started_at": started, "ended_at": ended}
