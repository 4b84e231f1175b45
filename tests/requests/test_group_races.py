"""几个人、几个进程同时动一组：只成一次，编号连续，一件一份。"""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import crowd
import pytest
from django.db import connections

from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.requests import actions
from gongkai.requests.demo import PUBLIC
from gongkai.requests.models import Case, GroupRun, Letter

CROWD = 6


def together(*calls: Callable[[], Any]) -> list[Any]:
    """同时做，返回各自的结果；被拒绝的是原因。"""
    gate, found = Barrier(len(calls)), [None] * len(calls)

    def one(place: int) -> None:
        try:
            gate.wait()
            found[place] = calls[place]()
        except Refused as refused:
            found[place] = refused  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [Thread(target=one, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_clicks_workers_and_newcomers_at_the_same_moment(bureau: Any) -> None:
    bureau = crowd.seed()
    case = crowd.work(crowd.take(bureau, 0))
    for number in range(CROWD):
        crowd.take(bureau, number + 1)
    for name in ("register", "assign"):
        crowd.whole("clerk", case, name)
    case = crowd.sign(case)
    # 双击：两个请求同时到。
    found = together(*[lambda: actions.start_group(crowd.user("leader"), case, "answer")] * 2)
    refused = [each for each in found if isinstance(each, Refused)]
    assert len(refused) == 1 and "正在成批办理" in str(refused[0])
    run = GroupRun.objects.get(name="answer")
    # 两个进程以为都归自己办；其间又来了三位申请人。
    together(
        lambda: actions.work_off_group(run, 1),
        lambda: actions.work_off_group(run, 1),
        lambda: [crowd.take(bureau, 100 + number) for number in range(3)],
    )
    run.refresh_from_db()
    assert (run.state, run.done, run.held, run.entries.count()) == ("done", CROWD, 0, CROWD)
    assert sorted(Letter.objects.values_list("serial", flat=True)) == list(range(1, CROWD + 2))
    assert sorted(Case.objects.values_list("serial", flat=True)) == list(range(1, CROWD + 5))
    assert Entry.objects.filter(action="requests.answer_like").count() == CROWD
    assert Entry.objects.filter(action="requests.finish_group", detail__run=run.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_one_case(bureau: Any) -> None:
    """两个人同时办一件：作决定、发出、延期，都只成一个，另一个说明别人先办了；字号不重。"""
    case = crowd.work(crowd.take(crowd.seed(), 0))
    item = case.items.get()

    def decide(name: str) -> Any:
        values = {"facts": crowd.FACTS, "reason": name, "materials": {"where": "本机关网站“规划计划”栏目"}}
        return actions.decide(crowd.user(name), item, version=item.version, answers=PUBLIC, **values)

    found = together(lambda: decide("handler"), lambda: decide("head"))
    (lost,) = [each for each in found if isinstance(each, Refused)]
    (won,) = [each for each in found if not isinstance(each, Refused)]
    assert isinstance(lost, actions.Conflict) and str(won.decided_by) in str(lost)
    item.refresh_from_db()
    assert item.reason == won.reason == won.decided_by.username and item.version == won.version

    ask = actions.ask_extension(crowd.user("handler"), case, reason="材料多，须查多年档案")
    found = together(*[lambda: actions.answer_extension(crowd.user("chief"), ask, grant=True)] * 2)
    assert sum(isinstance(each, Refused) for each in found) == 1
    assert Entry.objects.filter(action="requests.answer_extension").count() == 1 == case.letters.count()

    letter = crowd.sign(Case.objects.get(pk=case.pk)).letters.exclude(outcome="").get()
    send = {"carrier": "portal"}
    found = together(
        lambda: actions.dispatch(crowd.user("clerk"), letter, **send),
        lambda: actions.dispatch(crowd.user("office"), letter, **send),
    )
    assert sum(isinstance(each, Refused) for each in found) == 1
    assert letter.deliveries.count() == 1
    assert Entry.objects.filter(action="requests.dispatch").count() == 1
