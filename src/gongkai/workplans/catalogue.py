"""要求种类目录：31 种常见要求，各附所依规则与可执行核查；按文字相似度建议，由人确认。"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from math import sqrt

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from gongkai.core.names import name_key


@dataclass(frozen=True, slots=True)
class Kind:
    """种类：code 代号，name 名称，description 说明（用于比对），basis 依据，checks 核查代号，module 所在模块。"""

    code: str
    name: str
    description: str
    basis: str
    checks: tuple[str, ...]

    @property
    def label(self) -> str:
        """界面语言的名称；name 总是中文，用于比对。"""
        return gettext(self.name)

    @property
    def source(self) -> str:
        """界面语言的依据。"""
        return gettext(self.basis)


KINDS: tuple[Kind, ...] = (
    Kind("plans", _("各类规划公开"), "规划纲要 专项规划 区域规划 国土空间规划主动公开", _("《政府信息公开条例》第二十条第三项"), ("records.plans",)),
    Kind("old_plans", _("历史规划归集"), "历史规划计划归集整理主动公开", _("《政府信息公开条例》第二十条第三项"), ("records.old_plans",)),
    Kind("budgets", _("预决算公开"), "部门和所属单位预算决算及报表公开", _("《预算法》第十四条"), ("finance.budgets",)),
    Kind("debt", _("政府债务公开"), "地方政府债务限额余额期限利率还本付息公开", _("财预〔2018〕209号"), ("finance.debt",)),
    Kind("policy_release", _("重大政策发布解读"), "围绕中心工作重大政策实施的发布解读 宣传阐释 权威信息", _("《政府信息公开条例》第六条"), ("interpretations.release",)),
    Kind("interpretation_forms", _("多种形式解读"), "新闻发布会 在线访谈 图文 短视频形式实质性解读 政策背景", _("政策解读工作要求"), ("interpretations.forms",)),
    Kind("interpretation_rules", _("解读工作机制"), "健全政策解读工作机制 规范流程 工作细则 实施办法", _("本地政策解读办法"), ("interpretations.rules",)),
    Kind("consultation", _("政策咨询服务"), "加强政策咨询服务 解答企业群众咨询 传达政策意图", _("《政府信息公开条例》第二十五条"), ("consultations.answered",)),
    Kind("consultation_channel", _("咨询渠道畅通"), "公开工作机构内部协调 畅通本机关咨询渠道", _("《政府信息公开条例》第四条"), ("consultations.channel",)),
    Kind("one_stop", _("一站式咨询"), "12345热线 服务大厅 政府网站 公开专区 查阅点 受理点 一号答 一站式咨询", _("《政府信息公开条例》第二十五条"), ("consultations.one_stop",)),
    Kind("qa_platform", _("政策问答平台"), "政策问答平台 协同联动 对接共享 问答体系", _("国务院政策问答平台工作要求"), ("consultations.qa",)),
    Kind("opinion_substance", _("实质回应舆情"), "政务舆情背后的实际问题 具体举措 实质性回应关切", _("国办发〔2016〕61号"), ("opinion.substance",)),
    Kind("opinion_ledger", _("舆情台账与承诺"), "舆情回应台账管理 核查承诺落实公开 公信力", _("国办发〔2016〕61号"), ("opinion.ledger",)),
    Kind("opinion_survey", _("网上调研"), "政策发布前后解读回应 收集舆情 网上调研 公众反馈评价", _("国办发〔2016〕61号"), ("opinion.survey",)),
    Kind("opinion_risk", _("重点领域舆情"), "疫情防控 房地产金融 欠薪 环境污染 食品药品 安全生产 困难群众舆情及时回应", _("国办发〔2016〕61号"), ("opinion.risk",)),
    Kind("regulations", _("行政法规文本更新"), "对照法规库国家正式版本更新网站上行政法规文本", _("《政府信息公开条例》第二十条第一项"), ("records.regulations",)),
    Kind("normative", _("规范性文件集中公开"), "现行有效规范性文件集中统一公开 公开专栏 动态更新调整", _("《政府信息公开条例》第二十条第一项"), ("records.normative",)),
    Kind("platform", _("网站集约化"), "政府网站集约化 统一信息资源库 一网通查 一网通办 数据底座", _("国办函〔2018〕71号"), ("records.platform", "search.everything")),
    Kind("new_media", _("政务新媒体监管"), "政务新媒体监管 清理整合 空壳 清单管理 先审后发", _("国办发〔2018〕123号"), ("channels.new_media",)),
    Kind("ipv6", _("网站支持 IPv6"), "政府网站支持互联网协议第六版 IPv6", _("推进 IPv6 规模部署行动计划"), ("channels.ipv6",)),
    Kind("request_service", _("依申请公开服务"), "依申请公开服务群众生产生活 创业创新 申请人合理需求", _("《政府信息公开条例》第二十七条"), ("requests.service",)),
    Kind("request_rules", _("答复规范"), "申请办理答复规范 文书模板 登记审核办理答复归档制度", _("《政府信息公开条例》第三十条至第三十九条"), ("requests.rules",)),
    Kind("request_fees", _("信息处理费"), "信息公开信息处理费管理办法 标准程序方式计收", _("国办函〔2020〕109号"), ("requests.fees",)),
    Kind("enterprises", _("公共企事业单位公开"), "教育卫生供水供电供气环境公交公共企事业单位信息公开监督申诉", _("《政府信息公开条例》第五十五条"), ("enterprises.disclosure",)),
    Kind("annual_format", _("年度报告质量"), "政府信息公开工作年度报告格式内容 数据准确 数据分析", _("《政府信息公开条例》第五十条"), ("reports.annual",)),
    Kind("briefing", _("主要负责人听取汇报"), "主要负责同志每年听取政务公开工作汇报 专题研究部署", _("年度工作要点"), ("workplans.briefing",)),
    Kind("training", _("业务培训"), "加强队伍建设 定期组织信息公开培训研讨交流 案例指导", _("《政府信息公开条例》第四十八条"), ("workplans.training",)),
    Kind("assessment", _("考核评议"), "依法规范开展考核评议 第三方评估 民间奖励", _("《政府信息公开条例》第四十六条"), ("workplans.assessment",)),
    Kind("ledger", _("重点任务台账"), "建立重点任务台账 明确分工 实时跟进推动落实", _("年度工作要点"), ("workplans.ledger", "workplans.progress")),
    Kind("look_back", _("回头看"), "对上一年度要点落实情况开展回头看 逐项核查 督促整改", _("年度工作要点"), ("workplans.look_back",)),
    Kind("annual_section", _("要点落实写入年报"), "要点落实情况纳入信息公开工作年度报告 接受社会监督", _("《政府信息公开条例》第四十九条、第五十条"), ("reports.annual_section",)),
)
BY_CODE = {kind.code: kind for kind in KINDS}


def _grams(text: str) -> Counter[str]:
    plain = "".join(ch for ch in name_key(text) if ch.isalnum())
    return Counter(plain[i : i + 2] for i in range(len(plain) - 1))


@cache
def _profiles() -> tuple[dict[str, Counter[str]], Counter[str]]:
    profiles = {kind.code: _grams(kind.name + kind.description) for kind in KINDS}
    return profiles, Counter(gram for profile in profiles.values() for gram in profile)


def similarities(text: str) -> list[tuple[str, float]]:
    """相似度：要求文字与各种类说明的相近程度（0 起），由高到低；二元字组余弦，常见字组降权。"""
    profiles, spread = _profiles()
    grams = _grams(text)

    def weight(gram: str) -> float:
        return 1.0 / spread[gram] if gram in spread else 0.0

    scored = []
    for code, profile in profiles.items():
        shared = sum(weight(gram) for gram in profile if gram in grams)
        norm = sqrt(sum(weight(gram) for gram in profile)) * sqrt(len(grams) or 1)
        scored.append((code, shared / norm if norm else 0.0))
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


def suggest(text: str) -> str:
    """建议：最相近的种类代号；都不像时为空。"""
    code, score = similarities(text)[0]
    return code if score >= 0.05 else ""
