"""期限事件：一件申请办理中影响答复期限的事，和推算结果的样子。对外从 gongkai.law.clock 引入。

来源：《政府信息公开条例》（国务院令第711号）第三十条至第三十五条；国办函〔2020〕109号第六条。
这里只是数据，是否可能成立由 clock.deadline 核对。
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

REPLY_WORKDAYS: Final = 20
EXTENSION_WORKDAYS: Final = 20
CORRECTION_WORKDAYS: Final = 7
OPINION_WORKDAYS: Final = 15
PAYMENT_WORKDAYS: Final = 20
PUBLICATION_WORKDAYS: Final = 20

# 提出渠道：代码 → 说法。表外的渠道照写，按需要双方确认的渠道处理（《条例》第三十一条）。
CHANNELS: Final = {
    "in_person": "当面提交",
    "signed_mail": "邮寄（签收）",
    "ems": "邮政特快专递",
    "ordinary_mail": "平常信函",
    "fax": "传真",
    "email": "电子邮件",
    "portal": "政府网站",
}
# 当面提交以提交之日、签收邮件以签收之日为收到之日，不必另行确认（第三十一条第一、二项）。
DIRECT_CHANNELS: Final = frozenset({"in_person", "signed_mail", "ems"})

# 征求意见的对象：代码 →（说法，期限的依据）。
PARTIES: Final = {
    "third_party": ("第三方", "第三十二条"),
    "co_maker": ("共同制作机关", "第三十四条"),
    "organ": ("其他机关", "第三十三条第三款"),
}


class ClockError(ValueError):
    """事件错误：事件的日期或次序不可能成立；消息为中文，写明哪一件事、哪一天、怎样改。"""


@dataclass(frozen=True, slots=True)
class Event:
    """事件：一件申请办理中影响期限的一件事；on 为发生之日（不带时刻）。"""

    on: date


@dataclass(frozen=True, slots=True)
class Received(Event):
    """收到：on 为提交、签收或到达之日，channel 为渠道代码（见 CHANNELS）。第三十一条。"""

    channel: str = "in_person"


@dataclass(frozen=True, slots=True)
class Confirmed(Event):
    """确认：平常信函、互联网、传真提出的，on 为双方确认之日，自此起算。第三十一条第二、三项。"""


@dataclass(frozen=True, slots=True)
class CorrectionAsked(Event):
    """告知补正：on 为发出之日，within 为合理的补正期限（工作日），served_on 为送达之日（尚不知为 None）。

    第三十条：自收到申请之日起 7 个工作日内一次性告知。
    """

    within: int = 15
    served_on: date | None = None


@dataclass(frozen=True, slots=True)
class Corrected(Event):
    """补正：on 为收到补正的申请之日，答复期限自此重新起算。第三十条。"""


@dataclass(frozen=True, slots=True)
class ConsultationSent(Event):
    """征求意见：on 为发出之日，received_on 为对方收到之日（尚不知为 None），party 为对象（见 PARTIES）。

    within 为意见期限（工作日）：第三方和共同制作机关依法为 15；其他机关法无明文，由征求意见书写明。
    ref 用来与意见对应，可空。第三十二条、第三十三条第三款、第三十四条。
    """

    received_on: date | None
    party: str = "third_party"
    within: int = OPINION_WORKDAYS
    ref: str = ""


@dataclass(frozen=True, slots=True)
class OpinionReceived(Event):
    """收到意见：on 为收到之日；party、ref 可指明是哪一次征求的意见，不指明的按发出先后对应。"""

    party: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class ConsultationLapsed(Event):
    """逾期未提意见：on 为确知之日，不得早于意见期限届满之日。第三十二条、第三十四条。"""

    party: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class ReasonsAsked(Event):
    """要求说明理由：法律没有规定停止计算；stops 为真只用于当地另有规定的。第三十五条。"""

    stops: bool = False


@dataclass(frozen=True, slots=True)
class ReasonsGiven(Event):
    """说明理由：on 为收到理由之日。第三十五条。"""


@dataclass(frozen=True, slots=True)
class Postponed(Event):
    """延迟答复：理由合理但无法按期答复的，on 为告知之日，until 为确定的合理期限。第三十五条。"""

    until: date


@dataclass(frozen=True, slots=True)
class ExtensionGranted(Event):
    """延长：on 为工作机构负责人同意并告知之日，workdays 为延长的工作日（1—20）。第三十三条第二款。"""

    workdays: int = EXTENSION_WORKDAYS


@dataclass(frozen=True, slots=True)
class FeeNoticed(Event):
    """收费通知：on 为发出之日，received_on 为申请人收到之日（尚不知为 None）。国办函〔2020〕109号第六条。"""

    received_on: date | None


@dataclass(frozen=True, slots=True)
class FeePaid(Event):
    """缴费：on 为缴清之日，处理期限自次日重新计算。国办函〔2020〕109号第六条。"""


@dataclass(frozen=True, slots=True)
class Dispatched(Event):
    """答复发出：邮寄以交邮之日、当面以签收之日、电子以到达之日为准；此后期限不再变动。"""


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """撤回：on 为申请人撤回之日；此后期限不再变动。"""


class Step(NamedTuple):
    """一步：date 日期（说明可无日期），text 说明，article 依据。"""

    date: date | None
    text: str
    article: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """答复期限：due 最后一日，provisional 是否暂定，steps 逐步说明。

    alarm 为催办用的最早一日（不晚于 due）：确认日与提交日不一致的从提交日算（指导案例26号）；放假安排尚未
    公布的年份不扣法定节假日（周末调休上班无从预知）；重新起算的不并入先前的延长、延迟。
    starts_on 为现行期限的起算日（当日不计）。
    excluded 为不计入的工作日数。waiting 为正在等什么：correction 补正、payment 缴费、consultation 意见、
    reasons 理由，或空；补正、缴费未到之前 due 是原期限，此时期限停止计算，过了也不是逾期。
    waiting_until 为等到哪一天（送达日期不知的为 None）。closed_on 为答复发出或撤回之日；
    late_workdays 为答复逾期的工作日数。
    """

    due: date
    provisional: bool
    steps: tuple[Step, ...]
    alarm: date | None = None
    starts_on: date | None = None
    excluded: int = 0
    waiting: str = ""
    waiting_until: date | None = None
    closed_on: date | None = None
    late_workdays: int = 0
