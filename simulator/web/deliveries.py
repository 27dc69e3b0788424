"""The operations of /control/deliveries: the history of what was sent, and sending it again."""

from typing import TYPE_CHECKING, Final

from simulator.console.ledger import Sent, Wanted
from simulator.console.refusal import not_found
from simulator.web import telling
from simulator.web.exports import check_export
from simulator.web.operations import Call, Operations, Reply

if TYPE_CHECKING:
    from simulator.console.desk import Desk

_FILTERS: Final = ("partner", "event", "export", "outcome", "acknowledged")


def list_deliveries(desk: "Desk", call: Call) -> Reply:
    """The history, in order of number."""
    query = call.query
    wanted = Wanted(**{name: query.get(name) for name in _FILTERS})

    def look() -> tuple[int, list[Sent]]:
        found = desk.ledger.page(wanted, query["offset"], query["limit"], newest=query["order"] == "newest")
        if wanted.export is not None and not found[0]:
            check_export(desk, wanted.export)
        return found

    total, items = desk.do(look)
    return Reply(200, {"total": total, "items": [telling.delivery(one) for one in items]})


def show_delivery(desk: "Desk", call: Call) -> Reply:
    """One delivery with every attempt at it."""
    number = int(call.path["number"])
    whole = desk.do(lambda: desk.ledger.whole(number))
    if whole is None:
        raise not_found("delivery", call.path["number"])
    return Reply(200, telling.whole_delivery(whole))


def resend_delivery(desk: "Desk", call: Call) -> Reply:
    """Send it again; answered when the receiver has answered."""
    number, fresh = int(call.path["number"]), bool((call.body or {}).get("fresh", False))
    return Reply(200, telling.delivery(desk.await_(lambda: desk.resend(number, fresh=fresh))))


OPERATIONS: Final[Operations] = {
    "listDeliveries": list_deliveries,
    "showDelivery": show_delivery,
    "resendDelivery": resend_delivery,
}
