"""动作公用：查职责与拒绝。"""

from __future__ import annotations

from typing import NoReturn

from django.utils.translation import gettext as _

from gongkai.accounts.models import Duty, User
from gongkai.accounts.queries import holds
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused

OFFICE = frozenset({Duty.Role.COORDINATOR})


def require(user: User, organisation: Organisation, roles: frozenset[str], what: str) -> None:
    if not holds(user, organisation, roles):
        message = _("您没有在“%(organisation)s”%(what)s的职责")
        raise Refused([Refusal("duty", message % {"organisation": organisation, "what": what})])


def refuse(code: str, message: str) -> NoReturn:
    raise Refused([Refusal(code, message)])
