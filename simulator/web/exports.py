"""Which names deliveries can have as `export`: a filter by one that nothing has would hide that something is lost."""

from typing import TYPE_CHECKING, Final

from simulator.console.clevertap.account import TRIED
from simulator.console.ledger import Wanted
from simulator.console.refusal import Refusal
from simulator.documents import did_you_mean, quoted

if TYPE_CHECKING:
    from simulator.console.desk import Desk
    from simulator.console.happening import Console

_NAMED: Final = 10  # of those there are


def check_export(desk: "Desk", name: str) -> None:
    """Find an export, a definition or a webhook that deliveries can be of, or one that has been; on the desk's thread.

    Raises:
        Refusal: there is none (unfit), and which there are.
    """
    if any(_has(console, name) for console in (desk.clevertap, desk.reachfive)):
        return
    if desk.ledger.page(Wanted(export=name), 0, 0)[0]:
        return
    definitions = {one.id: one.key for one in desk.reachfive.definitions()[1]}
    known = [one.id for one in desk.clevertap.exports()[1]]
    known += [*definitions.values(), *(f"{TRIED}{one.name}" for one in desk.clevertap.account.webhooks()[1])]
    if name in definitions:
        near, remedy = "", f"the deliveries of this definition have {quoted(definitions[name])} as their export"
    else:
        near, remedy = did_you_mean(name, known), _there_are(known)
    raise Refusal("unfit", f"nothing was ever sent for an export {quoted(name)}, and there is none{near}", remedy)


def _has(console: "Console", name: str) -> bool:
    """Whether it knows where deliveries of that name would go, or why they would go nowhere."""
    try:
        console.hook(name)
    except Refusal as refusal:
        return refusal.reason != "not-found"
    return True


def _there_are(known: list[str]) -> str:
    if not known:
        return "create an export, a definition or a webhook first"
    more = f", and {len(known) - _NAMED:,} more" if len(known) > _NAMED else ""
    return f"there are {', '.join(map(quoted, known[:_NAMED]))}{more}"
