// Wagtail 的多图上传：文件框和进度条没有名称，读屏软件念不出来；用页面标题作名称。
document.addEventListener("DOMContentLoaded", () => {
  const input = document.querySelector("#fileupload");
  if (!input) return;
  const heading = document.querySelector("main h1");
  const name = heading ? heading.textContent.trim() : document.title;
  const label = () => {
    for (const progress of document.querySelectorAll(".progress")) {
      progress.setAttribute("role", "progressbar");
      progress.setAttribute("aria-label", name);
    }
  };
  input.setAttribute("aria-label", name);
  label();
  new MutationObserver(label).observe(document.querySelector("#upload-list"), { childList: true });
});
