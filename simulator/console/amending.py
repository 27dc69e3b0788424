"""What waits to be sent, after its console was changed: it goes where, and says what, the console says now."""

from functools import partial

from simulator.console.lane import Lanes, Waiting
from simulator.console.refusal import Refusal
from simulator.console.seat import Seat
from simulator.timeline import notification


def amend(seat: Seat, lanes: Lanes) -> None:
    """Look again at what waits of a partner's; what is not sent any more was never begun."""
    for gone in lanes.look_again(seat.partner, partial(_amended, seat)):
        seat.ledger.withdraw(gone.delivery.number)


def _amended(seat: Seat, one: Waiting) -> Waiting | None:
    """As it is now: where the console says, in the words of the readings; None when it is not sent."""
    try:
        hook = seat.console.hook(one.delivery.export)
    except Refusal:
        return None
    route, story, old = seat.sender.route(hook), seat.story(), one.delivery
    new = old._replace(route=route)
    if one.notice is not None:
        notice = one.notice
        new = notification(story, notice.event, notice.run, notice.at, old.due + story.epoch, route)
        new = new._replace(number=old.number, due=old.due)
    if (new.body, new.id, new.route.url) != (old.body, old.id, old.route.url):
        seat.ledger.made_anew(new.number, new)
    return one._replace(hook=hook, delivery=new)
