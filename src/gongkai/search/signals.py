"""信号：别的应用据此接着办。"""

from django.dispatch import Signal

# 没有答上的提问，每次写库时在同一事务里发；question 为 NotFound 行，个人信息已抹去，times 为新添的次数。
unanswered = Signal()
