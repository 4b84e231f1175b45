from typing import Any

from django.db import migrations


def forget_names(apps: Any, schema_editor: Any) -> None:
    """归档目录里不留上传者起的文件名（常有姓名）；文书的标题没有冒号，不动。"""
    for package in apps.get_model("requests", "ArchivePackage").objects.iterator(chunk_size=500):
        package.contents = [row | {"title": row["title"].partition("：")[0]} for row in package.contents]
        package.save(update_fields=["contents"])


class Migration(migrations.Migration):
    dependencies = [("requests", "0013_redaction_runs")]

    operations = [migrations.RunPython(forget_names, migrations.RunPython.noop)]
