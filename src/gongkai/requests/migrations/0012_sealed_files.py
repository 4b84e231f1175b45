from django.db import migrations, models

import gongkai.core.vault
import gongkai.requests.models.cases
import gongkai.requests.models.letters
import gongkai.requests.models.mail
import gongkai.requests.models.public


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0011_group_runs"),
    ]

    # 只换了存储，表没有变：不让 SQLite 重建各表。旧文件用 manage.py keys rotate 加密。
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="archivepackage",
                    name="file",
                    field=models.FileField(
                        blank=True,
                        storage=gongkai.core.vault.sealed,
                        upload_to="requests/archive/",
                        verbose_name="归档包",
                    ),
                ),
                migrations.AlterField(
                    model_name="casefile",
                    name="file",
                    field=models.FileField(
                        storage=gongkai.core.vault.sealed, upload_to=gongkai.requests.models.cases.file_path
                    ),
                ),
                migrations.AlterField(
                    model_name="correctionfile",
                    name="file",
                    field=models.FileField(
                        storage=gongkai.core.vault.sealed, upload_to=gongkai.requests.models.cases.file_path
                    ),
                ),
                migrations.AlterField(
                    model_name="correctionreply",
                    name="file",
                    field=models.FileField(
                        blank=True,
                        storage=gongkai.core.vault.sealed,
                        upload_to=gongkai.requests.models.cases.file_path,
                        verbose_name="定稿",
                    ),
                ),
                migrations.AlterField(
                    model_name="draftfile",
                    name="file",
                    field=models.FileField(
                        storage=gongkai.core.vault.sealed, upload_to=gongkai.requests.models.public.draft_path
                    ),
                ),
                migrations.AlterField(
                    model_name="letter",
                    name="file",
                    field=models.FileField(
                        blank=True,
                        storage=gongkai.core.vault.sealed,
                        upload_to=gongkai.requests.models.letters.letter_path,
                        verbose_name="定稿",
                    ),
                ),
                migrations.AlterField(
                    model_name="mail",
                    name="raw",
                    field=models.FileField(
                        storage=gongkai.core.vault.sealed,
                        upload_to=gongkai.requests.models.mail.mail_path,
                        verbose_name="原信",
                    ),
                ),
            ]
        )
    ]
