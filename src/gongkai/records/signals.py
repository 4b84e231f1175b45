"""信号：公开内容变了。都在写入的事务之内发出，接收方只写库（队列、发件箱）或删除公开文件。"""

from django.dispatch import Signal

# record：有了新的公开版本，或其展示受了影响。
record_changed = Signal()
# record：不再公开；接收方须立即使其从磁盘、列表、订阅和检索中消失。
record_withdrawn = Signal()
# column：栏目的名称、规则、内容次序变了。
column_changed = Signal()
# site：站点的名称、外观、联系方式或友情链接变了，全站页面都写着它。
site_changed = Signal()
