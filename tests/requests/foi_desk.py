"""依申请公开测试的工作台：照页面上的表办理。"""

from __future__ import annotations

from typing import Any

from gongkai.requests import actions, moves
from gongkai.requests.models import Case, Letter


class Desk:
    """工作台：照页面上的表做一步，做不了的当即失败；可以拨日历。"""

    def __init__(self, person: Any, working: Any, answer: Any, receive: Any, today: Any) -> None:
        self.person, self.working, self.answer = person, working, answer
        self.receive, self.today = receive, today

    def do(self, who: str, case: Case, name: str, /, **data: Any) -> Any:
        case, user, move = Case.objects.get(pk=case.pk), self.person(who), moves.MOVES[name]
        assert move.allowed(user, case), f"{who} 在“{case.get_state_display()}”做不了“{move.label}”"
        form = move.form({f"x-{key}": value for key, value in data.items()}, case=case, prefix="x")
        assert form.is_valid(), form.errors
        return move.run(user, case, form)

    def send(self, letter: Letter, **values: Any) -> Any:
        return actions.dispatch(self.person("clerk"), letter, **({"carrier": "portal"} | values))

    def decided(self, answers: dict[str, str], case: Case | None = None, **values: Any) -> Letter:
        found: Letter = self.answer(case or self.working(), answers, **({"materials": {}} | values))
        return found
