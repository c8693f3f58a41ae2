// Small comforts; every page works without them.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy);
  field.select();
  navigator.clipboard?.writeText(field.value);
  button.textContent = button.dataset.copied;
});
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
// A name chosen from the list under a box becomes a tick.
function tickNamed(box) {
  const option = [...(box.list?.options || [])].find((one) => one.value === box.value);
  if (!option) return;
  const all = box.closest("[data-neighbours]");
  const name = box.name.replace(/-add$/, "");
  const there = all.querySelector(`input[type=checkbox][value="${CSS.escape(option.dataset.key)}"]`);
  if (there) there.checked = true;
  else {
    const row = document.createElement("div");
    row.className = "form-check";
    const label = row.appendChild(document.createElement("label"));
    label.className = "form-check-label";
    const tick = label.appendChild(document.createElement("input"));
    Object.assign(tick, { type: "checkbox", className: "form-check-input", name, value: option.dataset.key });
    tick.checked = true;
    label.append(" ", box.value);
    all.prepend(row);
  }
  all.querySelector("[role=status]").textContent = all.dataset.added.replace("%s", box.value);
  box.value = "";
  box.dispatchEvent(new Event("change", { bubbles: true }));
}
document.addEventListener("input", (event) => {
  // Chosen from the list, not typed: browsers say so in one of two ways.
  const chosen = !event.inputType || event.inputType === "insertReplacementText";
  if (chosen && event.target.matches("[data-adds]")) tickNamed(event.target);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-adds]") && event.target.value) tickNamed(event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
  if (!event.target.matches("[data-adds]")) return;
  event.preventDefault();
  tickNamed(event.target);
});
