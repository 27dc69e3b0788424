"""Which names deliveries can have as `export`: a filter by one that nothing has would hide that something is lost."""

from typing import TYPE_CHECKING, Final

from simulator.console.ledger import Wanted
from simulator.console.refusal import Refusal
from simulator.documents import did_you_mean, quoted
from simulator.web.consoles import CONSOLES

if TYPE_CHECKING:
    from simulator.console.desk import Desk
    from simulator.console.happening import Console

_NAMED: Final = 10  # of those there are


def check_export(desk: "Desk", name: str) -> None:
    """Find an export, a definition or a webhook that deliveries can be of, or one that has been; on the desk's thread.

    Raises:
        Refusal: there is none (unfit), and which there are.
    """
    if any(_has(one.of(desk), name) for one in CONSOLES.values()):
        return
    if desk.ledger.page(Wanted(export=name), 0, 0)[0]:
        return
    exports = {called: export for one in CONSOLES.values() for called, export in one.export_names(desk).items()}
    if name in exports:
        near, remedy = "", f"its deliveries have {quoted(exports[name])} as their export"
    else:
        known = list(dict.fromkeys(exports.values()))
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
