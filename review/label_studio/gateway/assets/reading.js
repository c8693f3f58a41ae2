// Her own reading: the draft opens when it is complete; a mark stays what it was called, and can be taken out again. All ask the
// editor's own store; of a newer editor that keeps it elsewhere nothing is asked, and what contradicts itself is refused when
// she submits.
(() => {
  const selected = () => window.Htx?.annotationStore?.selected;
  const mend = document.getElementById("mirror-mend");

  // What is still to be said before the draft opens, in words; "" where nothing is.
  const missing = () => {
    const results = [...(selected()?.results || [])];
    const said = (name) => results.filter((one) => one.from_name?.name === name);
    const opens = said("own_reading").length === 0;
    const finds = said("any_mistake").some((one) => String(one.mainValue).toLowerCase() === "yes");
    if (!opens || !finds) return "";
    const marks = said("mistake");
    const weighed = new Set(said("severity").map((one) => one.area));
    if (!marks.length) return mend.dataset.unmarked;
    const unweighed = marks.find((one) => !weighed.has(one.area));
    if (!unweighed) return "";
    // As the editor does when she submits: it is chosen, and its question is before her.
    selected().selectArea?.(unweighed.area);
    return mend.dataset.unweighed;
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.(".owm-opens")) return;
    const words = missing();
    mend.hidden = !words;
    if (!words) return;
    mend.textContent = words;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // While a mark is chosen, a click on another mistake would rename that mark; it is meant for the next one.
  document.addEventListener("click", (event) => {
    const annotation = selected();
    if (event.target.closest?.(".lsf-labels") && annotation?.highlightedNode) annotation.unselectAll?.();
  }, true);
  document.getElementById("mirror-unmark").addEventListener("click", () => selected()?.deleteSelectedRegions());
})();
