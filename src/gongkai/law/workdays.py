"""工作日：国务院办公厅放假通知与法定节假日之上的工作日推算。

来源：《全国年节及纪念日放假办法》（2024-11-10 修订）与历年国务院办公厅节假日安排通知。
``holidays.json`` 由 chinesecalendar 1.11.0（MIT）的日期表生成，通知网址及跨年日期（如 2007-12-29 由
2008 年通知安排）的归属取自 holiday-cn（MIT）；``statutory_days.json`` 的来历写在该文件内。
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Calendar",
    "CalendarError",
    "YearNotice",
    "notice_from_csv",
    "notice_from_json",
]

FIRST_YEAR: Final = 2004
LAST_YEAR: Final = 2060
_FIRST_DAY: Final = date(FIRST_YEAR, 1, 1)
_LAST_DAY: Final = date(LAST_YEAR, 12, 31)
_ONE_DAY: Final = timedelta(days=1)


class CalendarError(ValueError):
    """日历错误：日期超出可知范围，或放假通知数据有误；消息为中文，写明位置、问题与改法。"""


def _plain_date(value: date, what: str) -> date:
    """日期校验：返回原值；带时刻或不是日期时抛出 TypeError。"""
    # datetime 是 date 的子类，但同一时刻在不同时区属于不同日子，不能替调用者猜。
    if isinstance(value, datetime) or not isinstance(value, date):
        raise TypeError(f"{what}必须是 datetime.date（不带时刻），收到的是 {type(value).__name__}")
    return value


def _in_range(value: date, what: str) -> date:
    """范围校验：返回原值；超出 2004—2060 年抛出 CalendarError。"""
    _plain_date(value, what)
    if not _FIRST_DAY <= value <= _LAST_DAY:
        raise _out_of_range(f"{what} {value.isoformat()} ")
    return value


def _out_of_range(subject: str) -> CalendarError:
    return CalendarError(
        f"{subject}超出可推算的范围（{FIRST_YEAR}—{LAST_YEAR} 年）；请核对日期或天数是否填错"
    )


def _check_year(year: object, where: str) -> int:
    if isinstance(year, bool) or not isinstance(year, int):
        raise CalendarError(f"{where}：年份必须是整数，收到的是 {year!r}；请写成如 2027 的四位数字")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _out_of_range(f"{where}：年份 {year} ")
    return year


@dataclass(frozen=True, slots=True)
class YearNotice:
    """年度通知：一个年度的节假日安排，列明放假日与调休上班日。

    参数：year 为年度；off 为放假日，work 为调休上班日（未列出的日子按周一至周五上班）；
    source 为通知文号或网址（可空，多个以空格分隔）。
    日期可落在上年 12 月或次年 1 月（元旦调休常跨年）。off、work 皆空表示该年通知尚未公布。
    错误：年度超出 2004—2060、日期离该年度太远、同一天既放假又上班时抛出 CalendarError；
    日期带时刻时抛出 TypeError。
    来源：历年国务院办公厅关于节假日安排的通知。
    """

    year: int
    off: frozenset[date]
    work: frozenset[date]
    source: str = ""

    def __post_init__(self) -> None:
        _check_year(self.year, "放假通知")
        object.__setattr__(self, "off", frozenset(self.off))
        object.__setattr__(self, "work", frozenset(self.work))
        both = self.off & self.work
        if both:
            raise CalendarError(
                f"{self.year} 年放假通知：{min(both).isoformat()} 既列为放假又列为上班；请只保留其中一项"
            )
        earliest, latest = date(self.year - 1, 12, 1), date(self.year + 1, 1, 31)
        for day in sorted(_plain_date(d, "放假通知中的日期") for d in self.off | self.work):
            if not earliest <= day <= latest:
                raise CalendarError(
                    f"{self.year} 年放假通知：{day.isoformat()} 不属于该年度"
                    "（只可另含上年 12 月和次年 1 月的调休日）；请核对年份是否写错"
                )

    @property
    def is_published(self) -> bool:
        """已公布：通知至少列有一天时为真；空通知视同尚未公布。"""
        return bool(self.off or self.work)


@cache
def _statutory_days(year: int) -> frozenset[date]:
    """法定节假日：某年按现行办法的 13 天（中秋与国庆重合时为 12 个日子）。"""
    spring, qingming, duanwu, mid_autumn = (
        date.fromisoformat(f"{year}-{text}") for text in _statutory_table()[str(year)]
    )
    return frozenset(
        {
            date(year, 1, 1),
            # 除夕取正月初一的前一天：腊月有大有小，不一定是三十。
            *(spring + timedelta(days=offset) for offset in (-1, 0, 1, 2)),
            qingming,
            date(year, 5, 1),
            date(year, 5, 2),
            duanwu,
            mid_autumn,
            *(date(year, 10, number) for number in (1, 2, 3)),
        }
    )


def _read_data(name: str) -> Any:
    return json.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def _statutory_table() -> dict[str, list[str]]:
    table: dict[str, list[str]] = _read_data("statutory_days.json")["years"]
    return table


@dataclass(frozen=True)
class Calendar:
    """工作日历：按已公布的放假通知判断与推算工作日，不可变，可安全共享。

    参数：years 为 年度 → YearNotice；没有通知（或通知为空）的年度按周末加 13 天法定节假日暂行推算，
    不推算补假与调休，所以暂定的期限与日后公布的相比可早可晚，对外文书须标明“暂定”。
    范围：2004-01-01 至 2060-12-31；超出抛出 CalendarError。
    错误：键与通知的年度不一致时抛出 CalendarError；值不是 YearNotice 时抛出 TypeError。
    来源：《全国年节及纪念日放假办法》（2024-11-10 修订）第二条、第六条、第七条。
    """

    years: Mapping[int, YearNotice]
    _listed: Mapping[date, bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        listed: dict[date, bool] = {}
        # 按年度升序叠加：跨年的日子以后公布的（下一年度的）通知为准。
        for year in sorted(self.years):
            notice = self.years[year]
            if not isinstance(notice, YearNotice):
                raise TypeError(f"{year} 年的值必须是 YearNotice，收到的是 {type(notice).__name__}")
            if notice.year != year:
                raise CalendarError(f"键 {year} 与通知的年度 {notice.year} 不一致；请按通知的年度存放")
            listed.update(dict.fromkeys(notice.off, False))
            listed.update(dict.fromkeys(notice.work, True))
        # 复制后再包一层只读视图，调用者事后改动原字典也不会影响日历。
        object.__setattr__(self, "years", MappingProxyType(dict(self.years)))
        object.__setattr__(self, "_listed", MappingProxyType(listed))

    def __hash__(self) -> int:
        return hash(frozenset(self.years.items()))

    def __reduce__(self) -> tuple[type[Calendar], tuple[dict[int, YearNotice]]]:
        # 只读视图不能序列化；缓存与多进程需要，所以按构造参数重建。
        return (Calendar, (dict(self.years),))

    @staticmethod
    def official() -> Calendar:
        """官方日历：随程序附带的历年放假通知（2004—2026 年）构成的日历。

        返回：同一个不可变实例（只读取一次数据文件）。
        来源：holidays.json（见模块说明）。
        """
        return _official()

    def with_notice(self, notice: YearNotice) -> Calendar:
        """加入通知：返回加入或替换该年度通知后的新日历，原日历不变。

        参数：notice 为整年度的通知（替换而非合并，年中改动请交完整的新版）。
        错误：用空通知替换已公布的年度时抛出 CalendarError（防止误清数据）。
        来源：国务院办公厅当年度节假日安排通知。
        """
        if not isinstance(notice, YearNotice):
            raise TypeError(f"通知必须是 YearNotice，收到的是 {type(notice).__name__}")
        current = self.years.get(notice.year)
        if current is not None and current.is_published and not notice.is_published:
            raise CalendarError(
                f"{notice.year} 年放假通知：没有列出任何日期，而该年已有通知；请导入完整的通知再替换"
            )
        return Calendar({**self.years, notice.year: notice})

    def is_provisional(self, day: date) -> bool:
        """暂定：该日所在年度尚无已公布的放假通知时为真。

        参数：day 为日期（不带时刻）。错误：带时刻抛出 TypeError，超出范围抛出 CalendarError。
        注意：以所在年度为准；下一年度通知偶尔会改动本年 12 月末，那不算暂定。
        来源：《全国年节及纪念日放假办法》第七条。
        """
        _in_range(day, "日期")
        notice = self.years.get(day.year)
        return notice is None or not notice.is_published

    def is_workday(self, day: date) -> bool:
        """工作日：通知列明的照通知；未列明的周一至周五为工作日；无通知的年度另除去法定节假日。

        参数：day 为日期（不带时刻）。错误：带时刻抛出 TypeError，超出范围抛出 CalendarError。
        来源：历年节假日安排通知；《全国年节及纪念日放假办法》第二条。
        """
        _in_range(day, "日期")
        return self._works(day)

    def _works(self, day: date) -> bool:
        listed = self._listed.get(day)
        if listed is not None:
            return listed
        if day.weekday() >= 5:
            return False
        notice = self.years.get(day.year)
        if notice is not None and notice.is_published:
            return True
        return day not in _statutory_days(day.year)

    def add(self, day: date, workdays: int) -> date:
        """推算：从 ``day`` 的次日起数第 ``workdays`` 个工作日，起始日不计入。

        参数：day 为起始日期；workdays 为工作日数（天）。0 返回 day 本身（即使当天不上班）；
        负数从前一日起往回数。
        返回：日期；workdays 不为 0 时必为工作日。
        错误：day 带时刻或 workdays 非整数（含 bool）抛出 TypeError；推算超出 2004—2060 年抛出
        CalendarError，不作猜测。
        来源：《政府信息公开条例》第三十三条（收到之日起 20 个工作日，自次日起算）。
        """
        _in_range(day, "起始日期")
        if isinstance(workdays, bool) or not isinstance(workdays, int):
            raise TypeError(f"工作日数必须是整数，收到的是 {workdays!r}")
        step = _ONE_DAY if workdays > 0 else -_ONE_DAY
        edge = _LAST_DAY if workdays > 0 else _FIRST_DAY
        left, cursor = abs(workdays), day
        while left:
            if cursor == edge:
                raise _out_of_range(f"自 {day.isoformat()} 起推算 {workdays} 个工作日的结果")
            cursor += step
            left -= self._works(cursor)
        return cursor

    def between(self, start: date, end: date) -> int:
        """间隔：``start`` 之后至 ``end``（含）的工作日数，与 ``add`` 互逆。

        参数：start、end 为日期（不带时刻）。
        返回：工作日数（天）；同一天为 0；end 早于 start 时为负，绝对值是 end（含）至 start（不含）
        的工作日数，即 ``between(d, add(d, n)) == n`` 对正负 n 都成立。
        错误：带时刻抛出 TypeError，超出范围抛出 CalendarError。
        来源：《政府信息公开条例》关于工作日期限的规定（同 ``add``）。
        """
        _in_range(start, "起始日期")
        _in_range(end, "截止日期")
        sign, step = (1, _ONE_DAY) if end >= start else (-1, -_ONE_DAY)
        count, cursor = 0, start
        while cursor != end:
            cursor += step
            count += self._works(cursor)
        return sign * count


@cache
def _official() -> Calendar:
    years: dict[int, YearNotice] = {}
    for text, entry in _read_data("holidays.json").items():
        years[int(text)] = YearNotice(
            year=int(text),
            off=frozenset(date.fromisoformat(d) for d in entry["off"]),
            work=frozenset(date.fromisoformat(d) for d in entry["work"]),
            source=entry["source"],
        )
    return Calendar(years)


# 年-月-日、年/月/日（表格软件的默认写法）与中文写法；ASCII 限定，免得全角数字混入。
_DATE_TEXT: Final = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII
)


def _parse_date(text: object, where: str) -> date:
    match = _DATE_TEXT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise CalendarError(f"{where}：日期 {text!r} 无法识别；请写成 2027-01-01 的样子")
    year, month, number = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, number)
    except ValueError:
        raise CalendarError(f"{where}：日期 {text!r} 不存在；请核对月份和日数") from None


class _Collector:
    """收集：逐条登记日期并记住出处，好在冲突时指明两处。"""

    def __init__(self) -> None:
        self.days: dict[date, tuple[bool, str]] = {}

    def put(self, day: date, is_off: bool, where: str) -> None:
        seen = self.days.setdefault(day, (is_off, where))
        # 同一天重复且一致无害（两节相连时常见）；矛盾则必须由人裁定。
        if seen[0] != is_off:
            raise CalendarError(
                f"{where}：{day.isoformat()} 与{seen[1]}矛盾，一处放假、一处上班；请改成一致或删去一处"
            )

    def notice(self, year: int, source: str) -> YearNotice:
        earliest, latest = date(year - 1, 12, 1), date(year + 1, 1, 31)
        for day, (_, where) in self.days.items():
            if not earliest <= day <= latest:
                raise CalendarError(
                    f"{where}：{day.isoformat()} 不属于 {year} 年度的通知"
                    "（只可另含上年 12 月和次年 1 月的调休日）；请核对年份是否写错"
                )
        return YearNotice(
            year=year,
            off=frozenset(day for day, (is_off, _) in self.days.items() if is_off),
            work=frozenset(day for day, (is_off, _) in self.days.items() if not is_off),
            source=source,
        )


def notice_from_json(mapping: Mapping[str, Any]) -> YearNotice:
    """读取通知（JSON）：把 holiday-cn 形式的年度数据变为 YearNotice。

    参数：mapping 为已解析的对象 ``{"year", "papers": [网址], "days": [{"name", "date", "isOffDay"}]}``；
    papers 可缺；days 为空表示尚未公布（该年仍为暂定）。
    错误：结构、类型、日期有误或自相矛盾时抛出 CalendarError，指明第几项、问题与改法。
    来源：holiday-cn（MIT）的 schema.json。
    """
    if not isinstance(mapping, Mapping):
        raise CalendarError(f"放假通知：应为一个对象，收到的是 {type(mapping).__name__}；请检查文件内容")
    for key in ("year", "days"):
        if key not in mapping:
            raise CalendarError(f"放假通知：缺少“{key}”；请补上后重新导入")
    year = _check_year(mapping["year"], "放假通知的“year”")
    papers, days = mapping.get("papers", []), mapping["days"]
    if not isinstance(papers, list) or not all(isinstance(paper, str) for paper in papers):
        raise CalendarError("放假通知：“papers”应为网址或文号的列表；请写成 [\"…\"] 的样子")
    if not isinstance(days, list):
        raise CalendarError("放假通知：“days”应为列表；请写成 [{\"name\", \"date\", \"isOffDay\"}] 的样子")
    collector = _Collector()
    for index, item in enumerate(days, start=1):
        where = f"“days”第 {index} 项"
        if not isinstance(item, Mapping):
            raise CalendarError(f"{where}：应为对象，收到的是 {item!r}；请写成含 date、isOffDay 的对象")
        is_off = item.get("isOffDay")
        if not isinstance(is_off, bool):
            raise CalendarError(f"{where}：“isOffDay”是 {is_off!r}；请填 true（放假）或 false（上班）")
        collector.put(_parse_date(item.get("date"), where), is_off, where)
    return collector.notice(year, " ".join(papers))


_CSV_DATE: Final = ("date", "日期")
_CSV_NAME: Final = ("name", "名称")
_CSV_OFF: Final = ("is_off_day", "休息/上班")
_CSV_VALUES: Final = MappingProxyType(
    {
        **dict.fromkeys(("true", "1", "休息", "休", "放假", "是"), True),
        **dict.fromkeys(("false", "0", "上班", "班", "否"), False),
    }
)


def notice_from_csv(text: str, *, year: int | None = None, source: str = "") -> YearNotice:
    """读取通知（CSV）：把表格文本变为 YearNotice，供离线环境录入。

    参数：text 为带表头的 CSV 文本，列为 ``date,name,is_off_day`` 或 ``日期,名称,休息/上班``（次序不限，
    名称列可缺）；末列填 true/false、1/0 或 休息/上班。year 为年度，缺省取日期最多的年份；
    source 为文号或网址。
    错误：表头、日期、取值有误，自相矛盾或没有数据行时抛出 CalendarError，指明第几行、问题与改法。
    来源：本项目约定的录入格式。
    """
    if not isinstance(text, str):
        raise CalendarError(f"放假通知：应为文本，收到的是 {type(text).__name__}；请先按 UTF-8 解码")
    # 表格软件另存的 UTF-8 文件常带 BOM，否则首列名会对不上。
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    header: list[str] | None = None
    columns = (0, 0)
    collector = _Collector()
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            where = f"第 {reader.line_num} 行"
            if header is None:
                header = cells
                columns = (_column(cells, _CSV_DATE, where), _column(cells, _CSV_OFF, where))
                continue
            if len(cells) != len(header):
                raise CalendarError(
                    f"{where}：有 {len(cells)} 列，表头有 {len(header)} 列；请补齐或删去多余的逗号"
                )
            is_off = _CSV_VALUES.get(cells[columns[1]].lower())
            if is_off is None:
                raise CalendarError(f"{where}：“{cells[columns[1]]}”无法识别；请填“休息”或“上班”")
            collector.put(_parse_date(cells[columns[0]], where), is_off, where)
    except csv.Error as error:
        raise CalendarError(
            f"第 {reader.line_num} 行：不是合格的 CSV（{error}）；请检查引号是否成对后重新导出"
        ) from None
    if not collector.days:
        raise CalendarError("放假通知：没有任何数据行；请在表头之下逐行填写放假日与调休上班日")
    return collector.notice(_csv_year(collector, year), source)


def _column(header: list[str], names: tuple[str, ...], where: str) -> int:
    found = [index for index, cell in enumerate(header) if cell.lower() in names]
    if len(found) != 1:
        problem = "缺少" if not found else "重复了"
        wanted = f"{_CSV_DATE[1]},{_CSV_NAME[1]},{_CSV_OFF[1]}"
        raise CalendarError(f"{where}：表头{problem}“{names[1]}”列；请写成“{wanted}”，用英文逗号分隔")
    return found[0]


def _csv_year(collector: _Collector, year: int | None) -> int:
    if year is None:
        ranked = Counter(day.year for day in collector.days).most_common(2)
        if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
            raise CalendarError("放假通知：看不出属于哪一年（两个年份的行数相同）；请指明年度后重新导入")
        year = ranked[0][0]
    return _check_year(year, "放假通知")
