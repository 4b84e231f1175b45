"""演示数据：几件虚构的申请，经真实的动作办到不同的阶段；人名、电话、公司都是编的。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.utils import timezone

from gongkai.accounts.models import User
from gongkai.core.calendar import current_calendar
from gongkai.core.models import Organisation

from . import actions, states
from .models import Case, RequestRules

FACTS: Final = "经核对本机关职责和档案，所涉材料由办公室保管，内容仅为内部工作安排，对外不产生影响"
WHY: Final = "该材料属于人员调配和后勤安排，公开会影响内部管理秩序，且不涉及公众的权利义务"
_CLEAR: Final = {
    "alive": "yes",
    "record": "yes",
    "clear": "yes",
    "frequency": "no",
    "repeat": "no",
    "reissue": "no",
    "publication": "no",
    "special": "no",
    "ours": "yes",
    "found": "found",
}
PUBLIC: Final = _CLEAR | {"public": "yes"}
INTERNAL: Final = _CLEAR | {
    "public": "no",
    "withheld": "yes",
    "ground": "internal",
    "internal_effect": "yes",
    "separable_C5": "no",
}


def _person(name: str, kind: str = "natural", **values: str) -> dict[str, Any]:
    return {"kind": kind, "name": name, "phone": "13800000000", **values}


def back(workdays: int) -> date:
    """今天以前第几个工作日。"""
    day, calendar = timezone.localdate(), current_calendar()
    while workdays:
        day -= timedelta(days=1)
        workdays -= calendar.is_workday(day)
    return day


class _Story:
    """一件件办：各步由谁办都照演示的账号。"""

    def __init__(self, bureau: Organisation) -> None:
        self.bureau = bureau
        self.user = {user.username: user for user in User.objects.filter(duties__isnull=False)}
        self.unit = Organisation.objects.get(parent=bureau, name="水资源与供水处")
        self.other = Organisation.objects.get(parent=bureau, name="科技信息处")

    def take(self, name: str, text: str, ago: int, **values: Any) -> Case:
        """窗口当面收下的一件，到达之日是 ago 个工作日以前。"""
        person = values.pop("person", {})
        return actions.receive(
            self.user["clerk"],
            agency=self.bureau,
            applicant=_person(name, **person),
            description=text,
            channel="in_person",
            arrived_on=back(ago),
            route=values.pop("route", "portal"),
            **values,
        ).case

    def work(self, case: Case, summary: str, *units: Organisation) -> Case:
        """登记、分办。"""
        case = actions.register(self.user["clerk"], case, summary=summary)
        return actions.assign(self.user["clerk"], case, units=units or (self.unit,))

    def sign(self, case: Case, answers: dict[str, str], until: str = "sign", **values: Any) -> Any:
        """作决定、拟答复、审签，到 until 为止。"""
        for item in case.items.filter(round=case.round):
            actions.decide(
                self.user["clerk"],
                item,
                version=item.version,
                answers=answers,
                facts=FACTS,
                reason=WHY,
                **values,
            )
        letter = actions.draft_decision(self.user["clerk"], case)
        for who, name in (
            ("clerk", "submit"),
            ("secrecy", "pass_secrecy"),
            ("legal", "pass_legal"),
            ("leader", "sign"),
        ):
            letter = actions.move_letter(self.user[who], letter, name)
            if name == until:
                break
        return letter


def keep_rules(bureau: Organisation) -> None:
    """演示的规则：工作机构是办公室。"""
    RequestRules.objects.get_or_create(
        agency=bureau,
        defaults={
            "office": Organisation.objects.get(parent=bureau, name="办公室"),
            "issuer": f"{bureau.parent}水务局",
            "document_code": "临水公开告",
            "review_body": f"{bureau.parent}人民政府",
            "court": "临江铁路运输法院",
            "review_url": "https://review.example.invalid/",
            "contact": "何经办",
            "phone": "020-00000000",
            "address": f"{bureau.parent}滨江路 1 号",
            "payment": "凭缴款码到代收银行缴纳",
        },
    )


def seed(bureau: Organisation) -> int:
    """播种：已有申请的不动；返回新建几件。"""
    if Case.objects.filter(agency=bureau).exists():
        return 0
    keep_rules(bureau)
    bureau = Organisation.objects.get(pk=bureau.pk)
    story, clerk = _Story(bureau), User.objects.get(username="clerk")

    # 门户刚提交的三件，内容相同。
    for name in ("王小雨", "李大江", "赵一川"):
        actions.receive(
            states.CITIZEN,
            agency=bureau,
            applicant=_person(name),
            description="2025年滨江片区二次供水水质检测报告",
            channel="portal",
        )
    # 传真来的，等确认。
    actions.receive(
        clerk,
        agency=bureau,
        applicant=_person("临江清源环保公司", "enterprise"),
        description="城东污水管网改造工程中标合同",
        channel="fax",
        arrived_on=back(1),
        route="post",
    )
    actions.register(
        clerk,
        story.take("孙明", "水价听证会会议记录", 3),
        summary="水价听证会记录",
        items=["会议记录", "参会名单"],
    )
    story.work(story.take("周晓", "2024年节水补贴发放明细", 6), "节水补贴发放明细", story.unit, story.other)
    story.work(story.take("吴海", "老旧小区水表更换计划", 17), "老旧小区水表更换计划")
    _ask(story, clerk)
    _consult(story, clerk)
    review = story.work(story.take("冯静", "局机关车辆调度安排", 9), "局机关车辆调度安排")
    story.sign(review, INTERNAL, until="submit", materials={"why_not_released": WHY})
    done = story.work(story.take("陈望", "供水管网检漏年度报告", 12), "供水管网检漏年度报告")
    letter = story.sign(done, PUBLIC, materials={"where": "本机关网站“规划计划”栏目"})
    actions.dispatch(clerk, letter, carrier="portal")
    actions.suggest(
        states.CITIZEN, agency=bureau, text="建议每季度公布各水厂出厂水质", applicant=_person("何溪")
    )
    return Case.objects.filter(agency=bureau).count()


def _ask(story: _Story, clerk: User) -> None:
    case = story.work(story.take("郑岚", "有关河道的资料", 4), "河道资料（描述不清）")
    defects = [
        {
            "what": "content",
            "text": "没有写明哪条河、哪一年",
            "guidance": "请写明河道名称和年度，如“清河2024年清淤方案”",
        }
    ]
    notice = actions.ask_correction(clerk, case, defects=defects)
    actions.dispatch(clerk, notice.letter, carrier="portal")


def _consult(story: _Story, clerk: User) -> None:
    case = story.work(story.take("钱程", "城西水厂特许经营协议", 5), "城西水厂特许经营协议")
    row, _token = actions.consult(
        clerk, case, party="third_party", name="临江城西水务公司", content="特许经营协议全文是否同意公开"
    )
    actions.dispatch(clerk, row.letter, carrier="ems", tracking="EA000000001CN")
