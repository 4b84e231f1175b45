"""演示：几条依据演示文件写成的政策问答，经真实的起草、审核、发布；可重复运行。"""

from __future__ import annotations

from typing import Final

from gongkai.accounts.models import User
from gongkai.core.models import Organisation
from gongkai.records.queries import public_records

from . import actions, gathering
from .models import Entry, OpenQuestion

# 问题、其他问法、答复、主题、依据的文件、条款。
ENTRIES: Final = (
    (
        "计划停水要提前多久通知？",
        ("停水会提前通知吗", "停水怎么通知用户"),
        "因工程施工、设备维修确需停水的，供水企业提前二十四小时公告；突发停水的，在抢修的同时告知用户。\n"
        "- 在“通知公告”栏目可以查到停水公告\n- 也可以打供水服务热线询问",
        "供水",
        "临江市城市供水管理办法",
        "第四条",
    ),
    (
        "小区水箱多久清洗一次，谁来管？",
        ("二次供水水箱多久洗一次", "高层水箱谁负责清洗"),
        "设施管理单位每半年至少清洗消毒一次，并委托有资质的机构检测水质，检测结果自收到之日起三日内在小区公示。\n"
        "设施移交供水企业以后，由供水企业负责运行维护。",
        "供水",
        "临江市二次供水设施管理规定",
        "第三条",
    ),
    (
        "用水报装要带什么材料？",
        ("报装需要哪些材料", "接水要准备什么"),
        "1. 申请表\n2. 身份证明\n房屋产权信息由系统核验，不必另交。",
        "优化营商环境",
        "关于进一步优化用水接入服务的通知",
        "",
    ),
)
ASKED: Final = ("水表坏了找谁修", "水表坏了应该找谁修", "节水奖励什么时候申报")


def seed(bureau: Organisation) -> int:
    """播种：没有的才建，返回新发布的条数；另记几个公众没问到答案的问题。"""
    clerk, chief, office = (User.objects.get(username=name) for name in ("clerk", "chief", "office"))
    count = 0
    for question, wordings, answer, theme, title, clause in ENTRIES:
        document = public_records().filter(live__title=title, agency=bureau).first()
        if document is None or Entry.objects.filter(question=question).exists():
            continue
        entry = actions.create_entry(clerk, clerk.organisation, question=question, wordings=wordings)
        entry = actions.save_entry(
            clerk, entry, version=entry.version, question=question, wordings=list(wordings), answer=answer,
            theme=theme, valid_until=None,
        )  # fmt: skip
        actions.add_basis(clerk, entry, record_pk=document.pk, clause=clause)
        for user, name in ((clerk, "submit"), (chief, "approve"), (office, "publish")):
            entry = actions.move(user, entry, name)
        count += 1
    if not OpenQuestion.objects.exists():
        for text in ASKED:
            gathering.note(text)
    return count
