"""通用的保密审查项；各单位可以增补、停用。"""

from django.db import migrations

# 键、名称、看什么；依据：条例第十一条、第十四条至第十六条，保密法实施条例第四十二条。
POINTS = (
    ("secret", "国家秘密", "含有密级、涉密来源，或者汇总后可能涉密的内容（条例第十四条）"),
    ("forbidden", "法律、行政法规禁止公开", "具体到哪部法律、行政法规的哪一条（条例第十四条）"),
    ("safety", "三安全一稳定", "公开后可能危及国家安全、公共安全、经济安全、社会稳定（条例第十四条）"),
    ("work", "工作秘密", "机关内部掌握、不宜扩散的事项"),
    ("personal", "个人信息和隐私", "身份证号、手机号、住址、银行账号，以及未成年人、患者等的身份（条例第十五条）"),
    ("business", "商业秘密", "企业的技术、经营信息，公开会损害其合法权益（条例第十五条）"),
    ("internal", "内部事务和过程性信息", "人事、后勤、讨论记录、过程稿、请示报告（条例第十六条）"),
    ("others", "涉及其他机关", "已与有关机关协商、确认，依法须批准的已批准（条例第十一条）"),
    ("sensitive", "其他敏感内容", "地图审图号、敏感表述、与现行口径不一致的数据"),
)


def create(apps, schema_editor):
    ReviewPoint = apps.get_model("records", "ReviewPoint")
    for order, (key, name, help) in enumerate(POINTS, start=1):
        ReviewPoint.objects.get_or_create(
            organisation=None, key=key, defaults={"name": name, "help": help, "order": order}
        )


class Migration(migrations.Migration):
    dependencies = [("records", "0002_library_upkeep")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
