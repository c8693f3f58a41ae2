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
    }
  });
})();
