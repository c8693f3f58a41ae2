// Cards are put into another order by dragging; the buttons beside the handle do the same, and the keys press those.
(() => {
  const DROPS = ["drop-before", "drop-after"];
  let dragged = null;
  const clear = () => document.querySelectorAll("[data-card]").forEach((card) => card.classList.remove(...DROPS));
  const showHandles = (root) => root.querySelectorAll("[data-drag]").forEach((handle) => (handle.hidden = false));
  showHandles(document);
  document.addEventListener("htmx:afterSettle", () => showHandles(document));

  document.addEventListener("dragstart", (event) => {
    const handle = event.target.closest?.("[data-drag]");
    if (!handle) return;
    dragged = handle.closest("[data-card]");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.id);
    event.dataTransfer.setDragImage(dragged, 10, 10);
  });
  document.addEventListener("dragover", (event) => {
    const card = dragged && event.target.closest?.("[data-card]");
    clear();
    if (!card || card === dragged) return;
    event.preventDefault();
    const box = card.getBoundingClientRect();
    card.classList.add(event.clientY < box.top + box.height / 2 ? "drop-before" : "drop-after");
  });
  document.addEventListener("drop", (event) => {
    const card = dragged && event.target.closest?.("[data-card]");
    if (!card || card === dragged) return;
    event.preventDefault();
    const side = card.classList.contains("drop-before") ? "before" : "after";
    const form = dragged.querySelector("[data-move]");
    const to = `${side}:${card.id}`;
    htmx.ajax("POST", form.action, { source: form, target: "#said", swap: "innerHTML", values: { to } });
  });
  document.addEventListener("dragend", () => {
    dragged = null;
    clear();
  });

  // The server moved it: so does the page, where it shows the place; focus goes along.
  document.addEventListener("moved", (event) => {
    const { key, after, before } = event.detail;
    const card = document.getElementById(key);
    const [above, below] = [after, before].map((other) => other && document.getElementById(other));
    if (!card || (!above && !below)) return;
    const focused = card.contains(document.activeElement) ? document.activeElement : card;
    if (below) below.before(card);
    else above.after(card);
    focused.focus();
    card.scrollIntoView({ block: "nearest" });
  });
})();
