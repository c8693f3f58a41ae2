// Words that she types are kept, however she leaves the box: the editor drops them when a revised text is left by Tab or Escape,
// and knows nothing of a text that was never sent before. All ask the editor's own store, and of a newer editor that keeps
// it elsewhere nothing is asked.
(() => {
  const selected = () => window.Htx?.annotationStore?.selected;
  const REVISED = '[data-testid="htx-textbox-input"]';
  const FRESH = '[data-testid="textarea-control"] form textarea, .lsf-text-area form textarea';
  const typed = new Set(); // "<annotation> <question>" of what was typed and never sent
  const tagOf = (box) => selected()?.names?.get?.(box.name.split(":")[0]);

  // At Tab the editor would take the box away before it is left, and what was typed with it; at Escape it takes it back.
  window.addEventListener("keydown", (event) => {
    if (!["Tab", "Escape"].includes(event.key) || !event.target.matches?.(REVISED)) return;
    event.stopImmediatePropagation();
    if (event.key === "Escape") event.target.blur();
  }, true);

  // Enter on the pencil opens the box; the editor by itself heeds the mouse alone.
  window.addEventListener("keydown", (event) => {
    const pencil = event.key === "Enter" && event.target.closest?.('[data-testid="htx-textbox-edit-button"]');
    if (!pencil) return;
    event.preventDefault();
    pencil.click();
  }, true);

  // As she types, so that Update is there at once, and her draft has it.
  let wait;
  const revise = (box) => {
    const tag = tagOf(box);
    const region = tag?.regions?.find?.((one) => box.name.endsWith(`:${one.id}`) || tag.regions.length === 1);
    region?.setValue?.(box.value);
  };
  document.addEventListener("input", ({ target }) => {
    if (target.matches?.(REVISED)) {
      clearTimeout(wait);
      wait = setTimeout(() => target.isConnected && revise(target), 300);
    } else if (target.matches?.(FRESH) && target.name) {
      typed.add(`${selected()?.id} ${target.name}`);
      selected()?.autosave?.();
    }
  }, true);
  const keep = () => selected()?.saveDraftImmediately?.();
  document.addEventListener("focusout", ({ target }) => { if (target.matches?.(FRESH)) setTimeout(keep); }, true);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });

  // A draft as the editor sends it lacks what stands in a box that was never sent.
  const unsent = (result) => [...(selected()?.names?.values?.() || [])]
    .filter((tag) => tag.type === "textarea" && !tag.perregion && tag._value && typed.has(`${selected().id} ${tag.name}`))
    .filter((tag) => !tag.regions.length && !result.some((one) => one.from_name === tag.name))
    .map((tag) => ({ id: `typed_${tag.name}`, from_name: tag.name, to_name: tag.toname, type: "textarea", origin: "manual", value: { text: [tag._value] } }));
  const sent = window.fetch;
  window.fetch = async (...asked) => {
    const method = (asked[1]?.method || asked[0]?.method || "GET").toUpperCase();
    const { pathname } = new URL(String(asked[0]?.url || asked[0]), window.location);
    if (!["POST", "PATCH"].includes(method) || !/\/drafts(\/\d+)?\/?$/.test(pathname)) return sent(...asked);
    const request = new Request(...asked);
    const said = JSON.parse(await request.text());
    if (Array.isArray(said.result)) said.result.push(...unsent(said.result));
    const { url, headers, credentials, signal } = request;
    return sent(url, { method, headers, credentials, signal, body: JSON.stringify(said) });
  };
})();
