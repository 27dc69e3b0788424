"""ReachFive's console through the API: export definitions, their jobs, and in which role one asks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from simulator.client.connection import Connection
from simulator.client.records.reachfive import Account, Definition, Ending, Job, Notification, Schedule
from simulator.client.saying import KEEP, Keep, Span, changed, given, part
from simulator.client.waiting import wait_for

Record = TypeVar("Record")


class Reachfive:
    """Every method asks the service once, lists once a page, waits excepted. All raise what `Connection.ask` does."""

    def __init__(self, connection: Connection, role: str | None = None) -> None:
        self._connection = connection
        self._headers = {} if role is None else {"X-Role": role}

    def acting_as(self, role: str) -> "Reachfive":
        """The same console in another role: Developer, Manager and Administrator may change things, others get 403."""
        return Reachfive(self._connection, role)

    def account(self) -> Account:
        """Whether the account has Export Jobs, and what is played where ReachFive's pages leave something open."""
        return self._connection.read(Account, "GET", "/reachfive/account")

    def change_account(self, *, export_jobs: bool | None = None, readings: Mapping[str, str] | None = None) -> Account:
        """Give or take the Export Jobs feature, change some readings; what is None stays."""
        return self._change(Account, "PATCH", "/reachfive/account", given(export_jobs=export_jobs, readings=readings))

    def create_definition(
        self,
        name: str,
        *,
        type: str,  # noqa: A002 (ReachFive's own word)
        notify: Notification | Mapping[str, Any] | None = None,
        schedule: Schedule | None = None,
        takes: Span | None = None,
        outcomes: Sequence[Ending] = (),
    ) -> Definition:
        """Create an export definition; what is None is left to the service.

        Args:
            name: what people call it; it stands in every report.
            type: `User Profiles`, `User Events` or `User Consents`.
            notify: where the report of a job goes at its end (default: nowhere); or members of `end_job_notification`.
            schedule: when it runs by itself (default: only when it is run).
            takes: how long a job takes, story time (default 5s).
            outcomes: how successive jobs end; the last one goes on for ever (default: success).

        Raises:
            Problem: 403 without Export Jobs, or in a role that may not.
        """
        body = given(
            name=name,
            type=type,
            end_job_notification=notify,
            schedule=schedule,
            takes=takes,
            outcomes=list(outcomes) or None,
        )
        return self._change(Definition, "POST", "/reachfive/definitions", body)

    def definitions(self) -> Iterator[Definition]:
        """All definitions, the oldest first."""
        return self._connection.pages(Definition, "/reachfive/definitions")

    def definition(self, ident: str) -> Definition:
        """The definition of that id."""
        return self._connection.read(Definition, "GET", f"/reachfive/definitions/{part(ident)}")

    def change_definition(
        self,
        ident: str,
        *,
        name: str | Keep = KEEP,
        type: str | Keep = KEEP,  # noqa: A002 (ReachFive's own word)
        notify: Notification | Mapping[str, Any] | Keep = KEEP,
        schedule: Schedule | Keep | None = KEEP,
        takes: Span | Keep = KEEP,
        outcomes: Sequence[Ending] | Keep = KEEP,
    ) -> Definition:
        """Change some of it; `schedule=None` ends its schedule, `notify={"authorization": None}` sends none."""
        body = changed(
            name=name,
            type=type,
            end_job_notification=notify,
            schedule=schedule,
            takes=takes,
            outcomes=outcomes,
        )
        return self._change(Definition, "PATCH", f"/reachfive/definitions/{part(ident)}", body)

    def delete_definition(self, ident: str) -> None:
        """Delete it: its schedule ends, jobs under way end unnotified, and stay listed."""
        self._connection.ask("DELETE", f"/reachfive/definitions/{part(ident)}", headers=self._headers)

    def run(
        self,
        ident: str,
        *,
        result: str | None = None,
        total: int | None = None,
        failed: int | None = None,
        takes: Span | None = None,
    ) -> Job:
        """Run a definition now; what is None is as the definition says. `wait_for_job` waits for its end."""
        body = given(result=result, total=total, failed=failed, takes=takes)
        return self._change(Job, "POST", f"/reachfive/definitions/{part(ident)}/run", body or None)

    def jobs(self, *, definition_id: str | None = None, status: str | None = None) -> Iterator[Job]:
        """All jobs, or those of a definition or status, the newest last."""
        return self._connection.pages(Job, "/reachfive/jobs", query={"definition_id": definition_id, "status": status})

    def job(self, ident: str) -> Job:
        """The job of that id."""
        return self._connection.read(Job, "GET", f"/reachfive/jobs/{part(ident)}")

    def wait_for_job(self, ident: str, *, timeout: float = 60.0, pause: float = 0.2) -> Job:
        """The job of that id once it has ended; looked at every `pause` real seconds.

        Raises:
            NotInTime: it had not ended after `timeout` real seconds.
        """
        last: list[Job] = []

        def look() -> Job | None:
            last[:] = [self.job(ident)]
            return last[0] if last[0].ended else None

        def seen() -> str:
            return f"it is {last[0].status} since {last[0].created_at.isoformat()}; is the clock held?"

        return wait_for(f"job {ident} did not end", look, seen, timeout=timeout, pause=pause)

    def _change(self, kind: type[Record], method: str, path: str, body: Any) -> Record:
        return self._connection.read(kind, method, path, body=body, headers=self._headers)
