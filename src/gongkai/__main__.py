"""命令行：``gongkai audit verify`` 等，与 manage.py 相同。"""

import os
import sys


def main() -> None:
    """运行管理命令；没有指定设置时用开发设置。"""
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongkai.settings.dev")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
