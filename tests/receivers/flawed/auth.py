"""Who is let in: receivers with one flaw each."""

from base64 import b64decode
from collections.abc import Sequence

from tests.receivers.correct.plain_http import Answer, Request
from tests.receivers.correct.plain_receiver import Receiver
from tests.receivers.flawed.table import flaw


class Remembers(Receiver):
    """Knows repeats by their bytes before it has asked everything: what it refuses then is remembered all the same."""

    def early(self, given: Sequence[str]) -> bool:
        """Whether these credentials are refused before anything is remembered."""
        raise NotImplementedError

    async def hook(self, request: Request, provider: str) -> Answer:
        given = request.all("authorization")
        if request.method != "POST" or self.early(given):
            return await super().hook(request, provider)
        self.read(provider, self.fields(request), request)
        seen: set[tuple[str, bytes]] = vars(self).setdefault("seen", set())
        known = (provider, request.body) in seen
        seen.add((provider, request.body))
        return Answer(200) if known and self.allowed(given) else await super().hook(request, provider)


@flaw("auth/absent:remembered", "Who has no credentials is refused, but not before the bytes are remembered as seen")
class AuthAbsentRemembered(Remembers):
    def early(self, given: Sequence[str]) -> bool:
        return bool(given) and not self.allowed(given)


@flaw("auth/wrong:remembered", "The bytes are remembered as seen before the value of the credentials is looked at")
class AuthWrongRemembered(Remembers):
    def early(self, given: Sequence[str]) -> bool:
        return not given


@flaw("auth/wrong", "Of the credentials only scheme and length are looked at")
class AuthWrong(Receiver):
    def allowed(self, given: Sequence[str]) -> bool:
        right = self.authorization
        if super().allowed(given) or len(given) != 1 or given[0][7:].lower() == right[7:].lower():
            return super().allowed(given)
        return given[0].split()[:1] == right.split()[:1] and len(given[0]) == len(right)


@flaw("auth/wrong:user", "Of Basic credentials only the password is compared")
class AuthWrongUser(Receiver):
    def allowed(self, given: Sequence[str]) -> bool:
        return len(given) == 1 and self.password(given[0]) == self.password(self.authorization)

    def password(self, value: str) -> str:
        """What follows the user; of anything but Basic credentials the value itself."""
        try:
            _, colon, password = b64decode(value.removeprefix("Basic "), validate=True).decode().partition(":")
        except ValueError:
            return value
        return password if colon else value


@flaw("auth/empty", "An Authorization header without a value counts as no header, and that as an internal call")
class AuthEmpty(Receiver):
    def allowed(self, given: Sequence[str]) -> bool:
        return list(given) == [""] or super().allowed(given)


@flaw("auth/prefix", "The credential has to be where the right one begins")
class AuthPrefix(Receiver):
    def allowed(self, given: Sequence[str]) -> bool:
        return super().allowed(given) or bool(len(given) == 1 and given[0] and self.authorization.startswith(given[0]))


@flaw("auth/suffix", "The credential has to begin with the right one")
class AuthSuffix(Receiver):
    def allowed(self, given: Sequence[str]) -> bool:
        return len(given) == 1 and given[0].startswith(self.authorization)


@flaw("auth/value-case", "The credential is compared without regard to case")
class AuthValueCase(Receiver):
    def allowed(self, given: Sequence[str]) -> bool:
        return len(given) == 1 and given[0].lower() == self.authorization.lower()


@flaw("auth/two-headers", "One right Authorization header among several is enough")
class AuthTwoHeaders(Receiver):
    def allowed(self, given: Sequence[str]) -> bool:
        return self.authorization in given
