// 成批办理的进度：正在办的每三秒取一次；办完、停下了重新打开这一页。没有脚本的点“刷新”。
(function () {
  "use strict";
  var place = document.getElementById("run-progress");
  if (!place || !window.fetch) return;

  function running() {
    return place.querySelector("[data-running]") !== null;
  }

  function look() {
    // 没在看的时候不取。
    if (document.hidden) return later();
    fetch(place.dataset.url, { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : null; })
      .then(function (html) {
        if (html === null) return later();
        place.innerHTML = html;
        if (running()) later(); else window.location.reload();
      })
      .catch(later);
  }

  function later() {
    setTimeout(look, 3000);
  }

  if (running()) later();
})();
