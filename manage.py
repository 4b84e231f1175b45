#!/usr/bin/env python3
"""管理命令入口（不必先安装本包）。"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))

from gongkai.__main__ import main  # noqa: E402

if __name__ == "__main__":
    main()
