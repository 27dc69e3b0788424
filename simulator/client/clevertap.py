"""CleverTap's console through the API: webhooks, status alerts, exports."""

from collections.abc import Iterable, Iterator, Mapping

from simulator.client.connection import Connection
from simulator.client.records.clevertap import Alerts, Basic, Export, ExportRun, OAuth2, Readings, Webhook
from simulator.client.saying import Moment, Span, given, part


class Clevertap:
    """Every method asks the service once, lists once a page. All raise what `Connection.ask` does."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def readings(self) -> Mapping[str, str]:
        """What is played where CleverTap's pages leave something open: name → option."""
        return self._connection.read(Readings, "GET", "/clevertap/account").readings

    def set_readings(self, **readings: str) -> Mapping[str, str]:
        """Change some, as in `set_readings(zone="Europe/Paris")`; gives all."""
        return self._connection.read(Readings, "PATCH", "/clevertap/account", body={"readings": readings}).readings

    def create_webhook(
        self,
        name: str,
        url: str,
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        auth: Basic | OAuth2 | None = None,
    ) -> Webhook:
        """Create a webhook: the test body is sent to `url`, and the webhook kept only when it answers 200.

        Raises:
            Problem: 422 with what the receiver answered in `details["answer"]`, 409 when the name is taken.
        """
        body = given(name=name, url=url, method=method, headers=headers, auth=auth)
        return self._connection.read(Webhook, "POST", "/clevertap/webhooks", body=body)

    def webhooks(self) -> Iterator[Webhook]:
        """All webhooks, the oldest first."""
        return self._connection.pages(Webhook, "/clevertap/webhooks")

    def webhook(self, name: str) -> Webhook:
        """The webhook of that name."""
        return self._connection.read(Webhook, "GET", f"/clevertap/webhooks/{part(name)}")

    def delete_webhook(self, name: str) -> None:
        """Delete a webhook.

        Raises:
            Problem: 409 while the alerts use it.
        """
        self._connection.ask("DELETE", f"/clevertap/webhooks/{part(name)}")

    def alerts(self) -> Alerts:
        """Whether exports alert, and where to."""
        return self._connection.read(Alerts, "GET", "/clevertap/export-status-alerts")

    def enable_alerts(self, webhook: str) -> Alerts:
        """All exports alert that webhook, existing and new ones.

        Raises:
            Problem: 422 when there is no such webhook, or its method is not POST.
        """
        return self._connection.read(Alerts, "PUT", "/clevertap/export-status-alerts", body={"webhook": webhook})

    def disable_alerts(self) -> Alerts:
        """No export alerts any more."""
        return self._connection.read(Alerts, "DELETE", "/clevertap/export-status-alerts")

    def create_export(
        self,
        *,
        partner: str | None = None,
        type: str | None = None,  # noqa: A002 (CleverTap's own word)
        frequency: str | None = None,
        starts_at: Moment | None = None,
        takes: Span | None = None,
        runs: int | None = None,
        fails: Iterable[int] = (),
        export_request_id: int | str | None = None,
    ) -> Export:
        """Create an export; what is None is left to the service.

        Args:
            partner: `Google Cloud Storage` (default) or `Amazon S3`.
            type: `Events` (default) or `Profiles`, which never alert.
            frequency: `one time` (default), or `every 4 hours`: 4, 8, 12, 24.
            starts_at: when the first run begins, story time, not before now (default: now).
            takes: how long a run takes, story time (default 9m20s).
            runs: how many there are in all (default: no end; a one-time export has one).
            fails: the numbers of the runs that end in silence, from 1.
            export_request_id: the id its payloads have (default: one that nobody has had).
        """
        body = given(
            partner=partner,
            type=type,
            frequency=frequency,
            starts_at=starts_at,
            takes=takes,
            runs=runs,
            fails=list(fails) or None,
            export_request_id=export_request_id,
        )
        return self._connection.read(Export, "POST", "/clevertap/exports", body=body)

    def exports(self) -> Iterator[Export]:
        """All exports, the oldest first."""
        return self._connection.pages(Export, "/clevertap/exports")

    def export(self, ident: str) -> Export:
        """The export of that id."""
        return self._connection.read(Export, "GET", f"/clevertap/exports/{part(ident)}")

    def let_fail(self, ident: str, runs: Iterable[int]) -> Export:
        """From now on these runs of an export, and no others, end in silence."""
        return self._connection.read(Export, "PATCH", f"/clevertap/exports/{part(ident)}", body={"fails": list(runs)})

    def stop_export(self, ident: str) -> Export:
        """No more runs; one that is under way goes on to its end.

        Raises:
            Problem: 409 when it has ended.
        """
        return self._connection.read(Export, "POST", f"/clevertap/exports/{part(ident)}/stop")

    def export_runs(self, ident: str) -> Iterator[ExportRun]:
        """The runs of an export that have begun, the first one first."""
        return self._connection.pages(ExportRun, f"/clevertap/exports/{part(ident)}/runs")
