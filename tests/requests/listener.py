"""测试用的本机服务器：一次接一个连接，照 talk 说话；对方断了就接下一个。"""

from __future__ import annotations

import socket
import threading
from typing import Any


class Listener:
    """听在 port 上的服务器；各测试写自己的 talk。"""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                link, _address = self.listener.accept()
            except OSError:
                return
            with link, link.makefile("rwb") as stream:
                try:
                    self.talk(stream)
                except OSError:
                    continue

    def talk(self, stream: Any) -> None:
        raise NotImplementedError
