"""造一组相同的申请：供 test_killed_group 和 bench/groups.py 用；各步都是真实的动作。"""

from __future__ import annotations

from typing import Any

FACTS = "经核对，该报告已在本机关网站“规划计划”栏目主动公开，任何人都可以查阅下载"


def seed() -> Any:
    """演示的局和规则；返回局。"""
    from gongkai.core.models import Organisation
    from gongkai.requests import demo
    from gongkai.workplans import demo as people

    bureau = people.seed()
    demo.keep_rules(bureau)
    return Organisation.objects.get(pk=bureau.pk)


def user(name: str) -> Any:
    """演示的账号。"""
    from gongkai.accounts.models import User

    return User.objects.get(username=name)


def take(bureau: Any, number: int) -> Any:
    """第 number 位申请人从门户提交的一件。"""
    from gongkai.requests import actions, states

    person = {"kind": "natural", "name": f"申请人{number}", "phone": f"139{number:08d}"}
    text = "请提供2025年全市供水管网检漏年度报告，以及据此安排的管网改造计划。"
    return actions.receive(
        states.CITIZEN, agency=bureau, applicant=person, description=text, channel="portal"
    ).case


def sign(case: Any) -> Any:
    """所照的一件办到签发，返回这一件。"""
    from gongkai.requests import actions
    from gongkai.requests.demo import PUBLIC
    from gongkai.requests.models import Case

    item = case.items.get()
    values = {"facts": FACTS, "reason": FACTS, "materials": {"where": "本机关网站“规划计划”栏目"}}
    actions.decide(user("handler"), item, version=item.version, answers=PUBLIC, **values)
    letter = actions.draft_decision(user("handler"), case)
    for who, name in (
        ("handler", "submit"), ("secrecy", "pass_secrecy"), ("legal", "pass_legal"), ("leader", "sign"),
    ):  # fmt: skip
        letter = actions.move_letter(user(who), letter, name)
    return Case.objects.get(pk=case.pk)


def work(case: Any) -> Any:
    """所照的一件登记、分办。"""
    from gongkai.core.models import Organisation
    from gongkai.requests import actions

    case = actions.register(user("clerk"), case, summary="供水管网检漏年度报告")
    unit = Organisation.objects.get(parent=case.agency, name="科技信息处")
    return actions.assign(user("clerk"), case, units=[unit])


def whole(who: str, case: Any, name: str) -> Any:
    """成批办一件事，从头办到底，不经后台。"""
    from gongkai.requests import actions

    run = actions.start_group(user(who), case, name)
    return actions.work_off_group(run, run.step)
