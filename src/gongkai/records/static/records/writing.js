// 写稿页：正文编辑器、粘贴清洗、导入 Word、传图片、传附件、查信息、没存就走时提醒。没有脚本时整页仍能用。
(() => {
  const form = document.getElementById("writing-form");
  if (!form) return;
  const base = form.dataset.base;
  const words = JSON.parse(document.getElementById("writing-words").textContent);
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;

  const ask = async (path, data) => {
    const options = data ? { method: "POST", body: data, headers: { "X-CSRFToken": token } } : {};
    try {
      const response = await fetch(base + path, options);
      const answer = await response.json();
      return response.ok ? answer : { error: answer.error || words.failed };
    } catch {
      return { error: words.failed };
    }
  };

  const say = (box, lines, bad) => {
    box.replaceChildren(...lines.map((line) => {
      const row = document.createElement("p");
      row.className = bad ? "writing-problem" : "writing-warning";
      row.textContent = line;
      return row;
    }));
  };

  const area = document.querySelector("textarea[data-writing]");
  let editor = null;

  // 没存就走：提醒。
  const dirty = document.getElementById("dirty");
  let changed = false;
  const touch = () => {
    changed = true;
    dirty.hidden = false;
  };
  form.addEventListener("input", (event) => {
    if (!event.target.closest(".writing-relate, .writing-drop, .writing-word")) touch();
  });
  form.addEventListener("submit", () => {
    // 编辑器过一会儿才把刚打的字写回文本框；打完马上按保存的，这里补上。
    if (editor) area.value = editor.getEditorValue();
    changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  // Ctrl+S 保存。
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      document.getElementById("save").click();
    }
  });

  // 名称框随字数长高。
  for (const box of form.querySelectorAll(".writing-title")) {
    const grow = () => { box.style.height = "auto"; box.style.height = `${box.scrollHeight + 2}px`; };
    box.addEventListener("input", grow);
    grow();
  }

  const notices = document.getElementById("notices");

  const insert = async (html, where) => {
    const data = new FormData();
    data.set("html", html);
    const answer = await ask("paste/", data);
    if (answer.error) {
      say(notices, [answer.error], true);
      return;
    }
    say(notices, answer.notices);
    if (where) editor.s.select(where);
    editor.s.insertHTML(answer.html);
    touch();
  };

  // 图片：选文件、写说明，传上去再插入。
  const pictureForm = (close) => {
    const box = document.createElement("div");
    box.className = "writing-picture";
    const label = (text, input) => {
      const line = document.createElement("label");
      line.append(text, input);
      return line;
    };
    const file = Object.assign(document.createElement("input"), { type: "file", accept: ".png,.jpg,.jpeg" });
    const alt = Object.assign(document.createElement("input"), { type: "text", maxLength: 200 });
    const problem = document.createElement("p");
    problem.className = "writing-problem";
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-small", textContent: words.insert });
    box.append(label(words.picture, file), label(words.alt, alt), problem, button);
    button.addEventListener("click", async () => {
      if (!file.files.length) { problem.textContent = words.choose; return; }
      if (!alt.value.trim()) { problem.textContent = words.alt_missing; alt.focus(); return; }
      const data = new FormData();
      data.set("picture", file.files[0]);
      const answer = await ask("picture/", data);
      if (answer.error) { problem.textContent = answer.error; return; }
      const image = editor.createInside.element("img");
      image.setAttribute("src", answer.url);
      image.setAttribute("alt", alt.value.trim());
      editor.s.restore();
      editor.s.insertNode(image);
      touch();
      close();
    });
    return box;
  };

  if (area && !area.disabled && window.Jodit) {
    editor = Jodit.make(area, {
      language: words.language,
      height: "auto",
      minHeight: 420,
      maxHeight: 4000,
      toolbarSticky: true,
      toolbarStickyOffset: 50,
      toolbarAdaptive: true,
      showXPathInStatusbar: false,
      showCharsCounter: true,
      showWordsCounter: false,
      hidePoweredByJodit: true,
      statusbar: true,
      showPlaceholder: false,
      askBeforePasteHTML: false,
      askBeforePasteFromWord: false,
      processPasteHTML: false,
      defaultActionOnPaste: "insert_as_html",
      enter: "p",
      beautifyHTML: false,
      useNativeTooltip: true,
      sourceEditor: "area",
      // 向外站取东西的、与公文正文无关的部件都不要。
      disablePlugins: [
        "about", "ai-assistant", "ace", "class-span", "color", "drag-and-drop", "drag-and-drop-element", "file", "font", "iframe",
        "image-processor", "line-height", "media", "mobile", "paste-from-word", "paste-storage", "powered-by-jodit", "preview", "print",
        "source", "speech-recognize", "spellcheck", "sticker", "video", "xpath",
      ],
      buttons: [
        "paragraph", "bold", "italic", "underline", "|", "ul", "ol", "|", "left", "center", "right", "|", "table", "link", "picture", "hr", "|",
        "superscript", "subscript", "eraser", "|", "find", "undo", "redo", "|", "fullsize",
      ],
      buttonsMD: ["paragraph", "bold", "ul", "ol", "|", "table", "link", "picture", "|", "undo", "redo", "dots"],
      buttonsSM: ["paragraph", "bold", "ul", "table", "link", "picture", "undo", "dots"],
      buttonsXS: ["paragraph", "bold", "ul", "table", "picture", "undo", "dots"],
      controls: {
        picture: {
          icon: "image",
          tooltip: words.picture_button,
          popup: (jodit, current, close) => {
            jodit.s.save();
            return pictureForm(close);
          },
        },
        paragraph: { list: { p: words.p, h2: words.h2, h3: words.h3, h4: words.h4, blockquote: words.quote } },
      },
      events: {
        beforePaste: (event) => {
          const data = event.clipboardData;
          if (!data) return undefined;
          const html = data.getData("text/html");
          const files = [...(data.files || [])].filter((file) => file.type.startsWith("image/"));
          if (html) {
            insert(html);
          } else if (files.length) {
            for (const file of files) {
              const reader = new FileReader();
              reader.onload = () => insert(`<img src="${reader.result}">`);
              reader.readAsDataURL(file);
            }
          } else {
            return undefined;
          }
          event.preventDefault();
          return false;
        },
        change: touch,
      },
    });
    for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"], ["aria-label", words.body]]) {
      editor.editor.setAttribute(name, value);
    }
    editor.editor.classList.add("writing-body");
  }

  // 导入 Word：当页读出，插进正文，先看再存。
  const word = document.getElementById("word");
  const importButton = form.querySelector("button[value=import]");
  if (word && editor && importButton) {
    importButton.addEventListener("click", async (event) => {
      event.preventDefault();
      if (!word.files.length) { say(notices, [words.choose_word], true); return; }
      const data = new FormData();
      data.set("word", word.files[0]);
      say(notices, [words.reading]);
      importButton.disabled = true;
      const answer = await ask("word/", data);
      importButton.disabled = false;
      if (answer.error) { say(notices, [answer.error], true); return; }
      const replace = form.querySelector("[name=replace]").checked;
      editor.value = replace ? answer.html : editor.value + answer.html;
      say(notices, [words.imported.replace("%s", word.files[0].name), ...answer.notices]);
      word.value = "";
      touch();
    });
  }

  // 附件：选好或拖来就传，一个不行不耽误别的。
  const files = document.getElementById("id_files");
  const list = document.getElementById("files");
  const drop = document.getElementById("drop");
  const fileProblems = document.getElementById("file-problems");
  const send = async (chosen) => {
    if (!chosen.length) return;
    const data = new FormData();
    for (const file of chosen) data.append("files", file);
    say(fileProblems, [words.uploading.replace("%s", chosen.length)]);
    const answer = await ask("upload/", data);
    if (answer.error) { say(fileProblems, [answer.error], true); return; }
    for (const row of answer.rows) list.insertAdjacentHTML("beforeend", row);
    say(fileProblems, answer.problems, true);
    files.value = "";
  };
  document.getElementById("attach").hidden = true;
  files.addEventListener("change", () => send([...files.files]));
  for (const name of ["dragover", "dragenter"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("is-over");
    send([...event.dataTransfer.files]);
  });

  // 关系：边写边查，从查到的里选。
  const target = document.getElementById("relation_target");
  const found = document.getElementById("found");
  let timer = 0;
  target.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const answer = await ask(`find/?q=${encodeURIComponent(target.value)}`);
      const rows = answer.rows || [];
      found.replaceChildren(...rows.map((row) => {
        const item = document.createElement("li");
        const button = Object.assign(document.createElement("button"), { type: "button" });
        const title = document.createElement("strong");
        const note = document.createElement("span");
        title.textContent = row.title;
        note.textContent = row.note;
        button.append(title, note);
        button.addEventListener("click", () => { target.value = row.value; found.hidden = true; });
        item.append(button);
        return item;
      }));
      if (!rows.length && target.value.trim()) {
        const item = document.createElement("li");
        item.textContent = words.none;
        found.append(item);
      }
      found.hidden = !target.value.trim();
    }, 250);
  });
})();
