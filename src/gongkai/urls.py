"""网址总表。"""

urlpatterns: list = []
