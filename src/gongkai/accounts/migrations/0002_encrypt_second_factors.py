"""把已有的动态口令密钥和备用码种子改为加密保存。"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import migrations

from gongkai.core.fields import decrypt, encrypt

SECRET = {"totp": "secret", "recovery_codes": "seed"}


def encrypt_all(apps: Any, schema_editor: Any) -> None:
    for row in apps.get_model("mfa", "Authenticator").objects.filter(type__in=SECRET):
        name = SECRET[row.type]
        try:
            decrypt(row.data.get(name, ""))
        except ValidationError:
            row.data[name] = encrypt(row.data[name])
            row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(encrypt_all, migrations.RunPython.noop)]
