// 遮盖：在页面图像上画框。鼠标直接拖；触屏先按“开始画框”；键盘用“加一个框”再以方向键移动。
(function () {
  "use strict";
  var form = document.getElementById("redact");
  if (!form) return;
  var words = form.dataset, count = 0, drawing = false;
  var toggle = document.getElementById("draw"), usual = document.getElementById("default-reason");
  form.querySelector(".redact-tools").hidden = false;
  form.querySelectorAll(".add-box").forEach(function (button) { button.hidden = false; });

  function clamp(value, low, high) { return Math.min(high, Math.max(low, value)); }

  // 一个框：页面上的方块和清单里的一行，值存在勾选框里。
  function Box(input, row) {
    this.input = input;
    this.row = row;
    this.value = JSON.parse(input.value);
    this.shape = document.createElement("div");
    this.shape.className = "cover";
    this.shape.tabIndex = 0;
    this.shape.setAttribute("role", "group");
    count += 1;
    this.shape.setAttribute("aria-label", words.box.replace("#", count));
    this.sheet = form.querySelector('.sheet[data-page="' + this.value.page + '"]');
    this.sheet.appendChild(this.shape);
    var self = this;
    input.addEventListener("change", function () { self.draw(); });
    this.shape.addEventListener("keydown", function (event) { self.key(event); });
    this.shape.addEventListener("focus", function () { row.classList.add("current"); });
    this.shape.addEventListener("blur", function () { row.classList.remove("current"); });
    this.drag();
    this.draw();
  }
  Box.prototype.draw = function () {
    var style = this.shape.style, place = this.value;
    style.left = place.left * 100 + "%";
    style.top = place.top * 100 + "%";
    style.width = place.width * 100 + "%";
    style.height = place.height * 100 + "%";
    this.shape.classList.toggle("cover--off", !this.input.checked);
  };
  Box.prototype.set = function (left, top, width, height) {
    var place = this.value;
    place.width = clamp(width, 0.004, 1);
    place.height = clamp(height, 0.004, 1);
    place.left = clamp(left, 0, 1 - place.width);
    place.top = clamp(top, 0, 1 - place.height);
    this.input.value = JSON.stringify(place);
    this.draw();
  };
  Box.prototype.key = function (event) {
    var steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    var step = steps[event.key], place = this.value;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      if (place.source === "hand") return this.remove();
      this.input.checked = false;
      return this.draw();
    }
    if (!step) return;
    event.preventDefault();
    var x = step[0] * 0.005, y = step[1] * 0.005;
    if (event.shiftKey) this.set(place.left, place.top, place.width + x, place.height + y);
    else this.set(place.left + x, place.top + y, place.width, place.height);
  };
  Box.prototype.remove = function () {
    this.shape.remove();
    this.row.remove();
  };
  Box.prototype.drag = function () {
    var self = this, start = null;
    this.shape.addEventListener("pointerdown", function (event) {
      event.stopPropagation();
      start = { x: event.clientX, y: event.clientY, left: self.value.left, top: self.value.top };
      self.shape.setPointerCapture(event.pointerId);
    });
    this.shape.addEventListener("pointermove", function (event) {
      if (!start) return;
      var size = self.sheet.getBoundingClientRect();
      self.set(start.left + (event.clientX - start.x) / size.width, start.top + (event.clientY - start.y) / size.height,
        self.value.width, self.value.height);
    });
    ["pointerup", "pointercancel"].forEach(function (name) {
      self.shape.addEventListener(name, function () { start = null; });
    });
  };

  function add(page, left, top, width, height) {
    var key = "h" + Date.now() + "x" + count, row = document.createElement("li");
    var label = document.createElement("label"), input = document.createElement("input");
    input.type = "checkbox";
    input.name = "box";
    input.checked = true;
    input.value = JSON.stringify({ page: page, left: left, top: top, width: width, height: height, source: "hand", note: "", key: key });
    label.append(input, " " + words.hand + " " + (count + 1));
    var reason = document.getElementById("reasons").content.firstElementChild.cloneNode(true);
    reason.name = "reason-" + key;
    reason.setAttribute("aria-label", words.reason);
    reason.value = usual.value;
    var button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = words.remove;
    row.append(label, reason, button);
    form.querySelector('[data-list="' + page + '"]').appendChild(row);
    var box = new Box(input, row);
    button.addEventListener("click", function () { box.remove(); });
    return box;
  }

  form.querySelectorAll('input[name="box"]').forEach(function (input) { new Box(input, input.closest("li")); });
  form.querySelectorAll(".add-box").forEach(function (button) {
    button.addEventListener("click", function () {
      var box = add(Number(button.dataset.page), 0.3, 0.3, 0.2, 0.04);
      box.shape.focus();
    });
  });
  toggle.addEventListener("click", function () {
    drawing = !drawing;
    form.classList.toggle("redact--drawing", drawing);
    toggle.setAttribute("aria-pressed", String(drawing));
    toggle.textContent = drawing ? words.stop : words.draw;
  });
  form.querySelectorAll(".sheet").forEach(function (sheet) {
    var box = null, from = null;
    function at(event) {
      var size = sheet.getBoundingClientRect();
      return { x: clamp((event.clientX - size.left) / size.width, 0, 1), y: clamp((event.clientY - size.top) / size.height, 0, 1) };
    }
    sheet.addEventListener("pointerdown", function (event) {
      if (event.button || (event.pointerType !== "mouse" && !drawing)) return;
      event.preventDefault();
      from = at(event);
      box = null;
      sheet.setPointerCapture(event.pointerId);
    });
    sheet.addEventListener("pointermove", function (event) {
      if (!from) return;
      var to = at(event), width = Math.abs(to.x - from.x), height = Math.abs(to.y - from.y);
      if (!box && width * sheet.clientWidth < 4 && height * sheet.clientHeight < 4) return;
      var left = Math.min(from.x, to.x), top = Math.min(from.y, to.y);
      if (!box) box = add(Number(sheet.dataset.page), left, top, 0.004, 0.004);
      box.set(left, top, width, height);
    });
    ["pointerup", "pointercancel"].forEach(function (name) {
      sheet.addEventListener(name, function () { from = null; box = null; });
    });
  });
})();
