// The page's keys: its list under "?" names them, and each row says what it does. No letter does while one types.
(() => {
  const list = document.getElementById("keys");
  const WRITTEN = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
  const off = () => localStorage.getItem("single-keys") === "off";
  const cards = () => [...document.querySelectorAll("[data-card]")];
  const cardHere = () => document.activeElement?.closest("[data-card]");

  function go(step) {
    const all = cards();
    const at = all.indexOf(cardHere());
    // From nowhere: the first card that is not above the window.
    const first = all.findIndex((card) => card.getBoundingClientRect().top >= 0);
    const to = at < 0 ? (step > 0 ? first : first - 1) : at + step;
    const card = all[Math.max(0, Math.min(all.length - 1, to))];
    card?.focus();
    card?.scrollIntoView({ block: "nearest" });
  }

  const DOES = { next: () => go(1), previous: () => go(-1), help: () => list.showModal() };

  function reach(element) {
    if (!element) return;
    if (element.matches(WRITTEN)) element.focus();
    else element.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.target.closest(WRITTEN) || list.open) return;
    if (event.altKey) {
      const to = { ArrowUp: "up", ArrowDown: "down" }[event.key];
      const button = to && cardHere()?.querySelector(`[data-move] [value=${to}]`);
      if (!button) return;
      event.preventDefault();
      button.click();
      return;
    }
    const row = off() ? null : list.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!row) return;
    event.preventDefault();
    if (row.dataset.does) DOES[row.dataset.does]();
    else if (row.dataset.at) reach(document.querySelector(row.dataset.at));
    else reach(cardHere()?.querySelector(row.dataset.inCard));
  });

  const open = document.querySelector("[data-keys-open]");
  open.hidden = false;
  open.addEventListener("click", DOES.help);
  const on = list.querySelector("[data-keys-on]");
  on.checked = !off();
  on.addEventListener("change", () => localStorage.setItem("single-keys", on.checked ? "on" : "off"));
})();
