// 边写边看：停笔片刻，把所写的送去查一次，结果放进页面里的一块。没有脚本的按“先看看有没有已经公开的”。
(function () {
  "use strict";
  var place = document.getElementById("looked"), field = document.getElementById("id_description");
  if (!place || !field || !window.fetch) return;
  var token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  var timer = 0, asked = field.value.trim(), turn = 0;

  function look() {
    var text = field.value.trim();
    if (text === asked) return;
    asked = text;
    var mine = (turn += 1), body = new FormData();
    body.append("description", text);
    body.append("csrfmiddlewaretoken", token);
    fetch(place.dataset.url, { method: "POST", body: body, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      // 后问的先到时，先问的结果不要了；网络不通就不显示，不耽误填写。
      .then(function (html) { if (mine === turn) place.innerHTML = html; })
      .catch(function () {});
  }

  field.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(look, 600);
  });
})();
