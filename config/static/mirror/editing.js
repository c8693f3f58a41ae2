// Writing in place: words stay where they are until the server has them; focus goes where the reader would look.
(() => {
  const said = document.getElementById("said");
  const entry = (element) => element.closest?.("[data-entry]");

  // Whoever logged in again in another window has another token; the words in this one are to be saved all the same.
  const token = () => document.cookie.match(/(?:^|; )one_way_mirror_csrf=([^;]+)/)?.[1];
  document.addEventListener("htmx:configRequest", (event) => {
    if (!token()) return;
    event.detail.headers["X-CSRFToken"] = token();
    if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = token();
  });
  document.addEventListener("submit", (event) => {
    const field = event.target.elements.csrfmiddlewaretoken;
    if (field && token()) field.value = token();
    if (entry(event.target)) delete event.target.dataset.typed;
  });

  // Problems, a colleague's newer words, "log in again": these answers are shown like any other.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if ([400, 401, 409].includes(status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    } else if (status > 401) said.textContent = said.dataset.failed;
    // What was said of the card before is over when the card gives way.
    else if (event.detail.target.matches("[data-card]")) said.textContent = "";
  });
  document.addEventListener("htmx:sendError", () => (said.textContent = said.dataset.offline));

  document.addEventListener("htmx:afterSettle", (event) => {
    const card = event.target;
    if (!card.matches?.("[data-card]")) return;
    const wrong = card.querySelector(".has-error :is(input, textarea, select):not([type=hidden])");
    const first = card.querySelector("[data-entry] input[name=name]");
    (card.querySelector("[data-focus]") || wrong || first || card).focus();
  });

  // Kept while it is typed; at the latest when the page goes away.
  document.addEventListener("input", (event) => {
    const form = entry(event.target);
    if (form) form.dataset.typed = "yes";
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const kept = event.detail.elt.matches?.("[data-kept]") && event.detail.successful;
    if (kept) delete entry(event.detail.elt)?.dataset.typed;
  });
  window.addEventListener("pagehide", () => {
    for (const form of document.querySelectorAll("[data-entry][data-keep][data-typed]")) {
      navigator.sendBeacon(form.dataset.keep, new FormData(form));
    }
  });

  function leave(form) {
    const kept = form.querySelector("[data-kept]");
    const go = () => form.querySelector("[data-leave]").click();
    if (!form.dataset.typed || !kept) return go();
    kept.addEventListener("htmx:afterRequest", (event) => event.detail.successful && go(), { once: true });
    htmx.trigger(kept, "keep");
  }

  document.addEventListener("keydown", (event) => {
    const form = entry(event.target);
    if (!form || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape") {
      event.preventDefault();
      leave(form);
    } else if (event.key === "Enter" && event.target.matches("[data-adds]")) {
      event.preventDefault();
      add(event.target);
    }
  });

  // A name chosen from the list under a box becomes a tick.
  function add(box) {
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
    if (chosen && event.target.matches("[data-adds]")) add(event.target);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-adds]") && event.target.value) add(event.target);
  });
})();
