"""What a load's receiver acknowledged against what its state shows at the end: a book, an id at a time."""

from simulator.load.judging.answers import turned_away
from simulator.load.judging.book import Book
from simulator.load.judging.kinds import kinds
from simulator.load.judging.parts import Part, Told
from simulator.load.judging.piles import Example
from simulator.load.judging.state import count_state, count_unread


def book_of(parts: tuple[Part, ...], asked: frozenset[str] | None, untold: frozenset[str] = frozenset()) -> Book:
    """All ids of a load, by what was told of them; `asked` are those of a sample, None for all of them.

    Of the ids of `untold` more may have been sent than the journal tells.
    """
    book = Book(untold=untold)
    for part in parts:
        for told in part.told():
            _count(book, part, told, asked=asked is None or told.whole.id in asked)
    return book


def _count(book: Book, part: Part, told: Told, *, asked: bool) -> None:
    """Count one id; not `asked`, it was left out of a sample."""
    seen = told.whole.seen
    turned_away(book, part, told.allowed)
    want = part.wanted(told)
    book.known += want.known
    genuine = [one for one in told.allowed.sent if one.genuine]
    book.several += len({one.status for one in genuine}) > 1
    book.repeated += len({one.notification for one in genuine}) < len(genuine)
    book.sent.update(kind for kind, one in kinds(told.whole) if one.outcome.reached)
    if (early := next((one for one in seen if one.moment == "before" and one.present), None)) is not None:
        book.left_over.add(Example(f"{told.whole.name} was there before anything was sent of it", (early.line,)))
    if part.probe is None or not asked:
        return
    readings = sorted((one for one in seen if one.moment == "end"), key=lambda one: (one.asked, one.line))
    last = readings[-1] if readings else None
    if last is None or last.present is None:
        count_unread(book, told, want, last)
    else:
        count_state(book, part, told, want, last)
