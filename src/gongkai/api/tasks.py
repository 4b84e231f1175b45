"""汇聚的定时取数。"""

from gongkai.core.jobs import poll

from .aggregation import pull_all


def _pull() -> int:
    pull_all()
    # 取完就歇：有没有收到都等下一次，不追着对方取。
    return 0


poll("汇聚", 300, _pull)
