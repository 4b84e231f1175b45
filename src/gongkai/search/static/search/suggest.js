// 联想：停下来四分之一秒再取；取不到就算了，查找照常。
document.querySelectorAll("input[data-suggest]").forEach((input) => {
  const list = document.getElementById(input.getAttribute("list"));
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      try {
        const response = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(input.value)}`);
        const [, words] = await response.json();
        list.replaceChildren(...words.map((word) => Object.assign(document.createElement("option"), { value: word })));
      } catch {
        list.replaceChildren();
      }
    }, 250);
  });
});
