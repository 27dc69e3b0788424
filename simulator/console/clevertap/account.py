"""What CleverTap's console holds of an account: chosen readings, webhooks, and where export status alerts go.

Documented (CleverTap, Webhooks: Setup): creating a webhook sends a test body, and keeps the webhook only on 200.
Documented (CleverTap, Status Alerts for Exports): one webhook of the account gets all alerts, chosen by its name, POST
only. Assumed: a webhook that alerts go to cannot be deleted; its name is nobody else's, in any Unicode form.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.console.clevertap.trial import not_kept
from simulator.console.clevertap.webhooks import Webhook, hook, key, secrets_of, shown, written
from simulator.console.happening import Hook, Notice
from simulator.console.house import House
from simulator.console.refusal import Refusal, not_found
from simulator.documents import quoted
from simulator.model import Outcome
from simulator.providers.clevertap import CLEVERTAP

TRIED: Final = "webhook "
"""Before a webhook's name, what its test body is sent for: no export is called so."""

_WEBHOOK: Final = "clevertap.webhook"
_TRYING: Final = "clevertap.webhook being tried"
_ALERTS: Final = "clevertap.alerts"
_READINGS: Final = "clevertap.readings"


class Account:
    """One account. Used on the desk's thread only; only `create_webhook` waits, for the receiver."""

    def __init__(self, house: House) -> None:
        self._house = house
        for name, _ in house.store.things(_TRYING):  # the process died while it waited
            house.store.drop(_TRYING, name)
        for place, kept in house.store.things(_WEBHOOK):  # an older state may have it under the name itself
            if place != key(kept["name"]):
                house.store.drop(_WEBHOOK, place)
                house.store.put(_WEBHOOK, key(kept["name"]), kept)

    def readings(self) -> Mapping[str, str]:
        """Reading → the option that holds, chosen or not."""
        return dict(self._house.story().readings)

    def choose(self, readings: Mapping[str, str]) -> Mapping[str, str]:
        """Choose options; readings that are not named stay as they are.

        Raises:
            Refusal: there is no such reading or option (unfit).
        """
        chosen = {**self._house.store.setting(_READINGS, {}), **readings}
        try:
            CLEVERTAP.choices(chosen)
        except ValueError as error:
            raise Refusal("unfit", str(error), "`partnersim list readings` tells what each is about") from None
        self._house.store.set(_READINGS, chosen)
        self._house.changed()
        return self.readings()

    async def create_webhook(self, body: Mapping[str, Any]) -> Webhook:
        """Send the test body there, and keep the webhook if the answer is 200.

        Raises:
            Refusal: it makes no sense (unfit); the receiver did not answer 200 (not-kept, with `answer`); the name is
                taken, or is being tried (conflict); the service ended or began anew meanwhile (unavailable).
        """
        store = self._house.store
        kept = written(body, self._house.now())
        name, place = kept["name"], key(kept["name"])
        if store.get(_WEBHOOK, place) is not None or store.get(_TRYING, place) is not None:
            raise Refusal("conflict", f"there is a webhook {quoted(name)} already", "give it another name")
        store.put(_TRYING, place, kept)
        try:
            self._house.changed()  # from now on nothing shows its secrets
            exchange = await self._house.send(self.test(name, self._house.now()))
            if exchange.outcome is not Outcome.ANSWERED or exchange.status != 200:
                raise not_kept(kept, exchange, self._house.story().retry.timeout, self._house.scrub)
            if store.get(_TRYING, place) is None:
                raise Refusal("unavailable", "everything was forgotten while the receiver was tried", "create it again")
            store.put(_WEBHOOK, place, kept)
        finally:
            store.drop(_TRYING, place)
            self._house.changed()
        return self.webhook(name)

    def webhook(self, name: str) -> Webhook:
        """The webhook of that name.

        Raises:
            Refusal: there is none (not-found).
        """
        kept = self._house.store.get(_WEBHOOK, key(name))
        if kept is None:
            raise not_found("webhook", name)
        return shown(kept, in_use=kept["name"] == self.alerts())

    def webhooks(self, offset: int = 0, limit: int = -1) -> tuple[int, list[Webhook]]:
        """How many there are in all, and a page of them, the oldest first."""
        alerts = self.alerts()
        page = self._house.store.things(_WEBHOOK, offset=offset, limit=limit)
        return self._house.store.number_of(_WEBHOOK), [shown(kept, in_use=kept["name"] == alerts) for _, kept in page]

    def delete_webhook(self, name: str) -> None:
        """Forget a webhook.

        Raises:
            Refusal: there is none (not-found), or alerts go there (conflict).
        """
        alerts = self.alerts()
        if alerts is not None and key(name) == key(alerts):
            raise Refusal(
                "conflict",
                f"export status alerts go to the webhook {quoted(name)}",
                "first disable them, or choose another webhook",
            )
        if not self._house.store.drop(_WEBHOOK, key(name)):
            raise not_found("webhook", name)
        self._house.changed()

    def alerts(self) -> str | None:
        """The name of the webhook that alerts go to; None while they are disabled."""
        name: str | None = self._house.store.setting(_ALERTS)
        return name

    def enable_alerts(self, webhook: str) -> None:
        """Alerts go there from now on: those of runs under way, too (documented).

        Raises:
            Refusal: there is no such webhook, or its method is not POST (unfit).
        """
        kept = self._house.store.get(_WEBHOOK, key(webhook))
        if kept is None:
            raise Refusal("unfit", f"there is no webhook {quoted(webhook)}", "create it first")
        if kept["method"] != "POST":
            raise Refusal(
                "unfit",
                "We only support a POST Webhook.",
                f"{quoted(webhook)} is a {kept['method']} webhook: choose another",
            )
        self._house.store.set(_ALERTS, kept["name"])
        self._house.changed()

    def disable_alerts(self) -> None:
        """No alerts from now on."""
        self._house.store.set(_ALERTS, None)
        self._house.changed()

    def alerted(self) -> Hook | None:
        """Where alerts go now; None for nowhere."""
        name = self.alerts()
        kept = None if name is None else self._house.store.get(_WEBHOOK, key(name))
        return None if kept is None else hook(kept)

    def tried(self, name: str) -> Hook:
        """Where the test body of a webhook goes, kept or not yet; by the very name that history has.

        Raises:
            Refusal: there is none of that name (not-found).
        """
        place = key(name)
        kept = self._house.store.get(_WEBHOOK, place) or self._house.store.get(_TRYING, place)
        if kept is None or kept["name"] != name:
            raise not_found("webhook", name)
        return hook(kept)

    def test(self, name: str, moment: float) -> Notice:
        """The test body of a webhook, with profiles that nobody has seen yet.

        Raises:
            Refusal: there is none of that name (not-found).
        """
        where = self.tried(name)
        number = self._house.store.count_up("clevertap.test") + 1
        run = self._house.run(f"{TRIED}{name}", number, None, serial=0, started=moment, takes=0.0)
        return Notice(run, "test", moment, where)

    def secrets(self) -> Iterator[str]:
        """Every value of every webhook that no output may show."""
        for kind in (_WEBHOOK, _TRYING):
            for _, kept in self._house.store.things(kind):
                yield from secrets_of(kept)
