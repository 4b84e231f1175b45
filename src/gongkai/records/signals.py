"""信号：公开内容变了。都在写入的事务之内发出，接收方只写库（队列、发件箱）或删除公开文件。"""

from django.dispatch import Signal

# record：有了新的公开版本，或其展示受了影响。
record_changed = Signal()
# record：不再公开；接收方须立即使其从磁盘、列表、订阅和检索中消失。
record_withdrawn = Signal()
# column：栏目的名称、规则、次序变了，其中各条信息的页面也写着它；listed 为真时只是所列的信息变了。
column_changed = Signal()
# column、records、pages：归栏时这几条信息（编号）进了或出了栏目，在这几个装订页里。
records_placed = Signal()
# column、page：栏目第 page 个装订页里少了一条。
column_left = Signal()
# site：站点的名称、域名、外观、启停或友情链接变了，全站页面都写着它；former 为原来的域名、
# toggled 为启停变了（改设置时才有）。
site_changed = Signal()
