// The bar above the editor: how many are judged, and a skip that says what it does. The editor knows nothing of it.
(() => {
  const told = JSON.parse(document.getElementById("mirror-told").textContent);
  const shown = document.getElementById("mirror-progress");
  // Never away from a page on which she may have written something.
  const ended = (is) => { document.getElementById("mirror-ended").hidden = !is; };
  const show = async () => {
    const answer = await window.fetch(`/_mirror/progress?project=${told.project}`);
    ended(answer.status === 401);
    if (!answer.ok) return;
    const { judged, total } = await answer.json();
    const words = shown.dataset.words.replace("%(judged)s", judged).replace("%(total)s", total);
    shown.textContent = judged === total && total ? shown.dataset.done : words;
  };
  // What a session speaks of is said before its text is shown: the answer that brings the text says so.
  const veil = document.getElementById("mirror-veil");
  const notice = document.getElementById("mirror-notice");
  const toMend = document.getElementById("mirror-mend");
  const seen = new Set(JSON.parse(window.sessionStorage.getItem("mirror-seen") || "[]"));
  // The veil, the end of her queue, or neither; beneath it the editor is out of reach.
  const end = document.getElementById("mirror-nothing");
  const cover = (over) => {
    [veil, end].forEach((one) => { one.hidden = one !== over; });
    document.querySelectorAll(".app-wrapper").forEach((editor) => { editor.inert = Boolean(over); });
  };
  const said = (place, what) => { place.textContent = place.dataset.words.replace("%(what)s", what); };
  let reading = "";
  const announce = (answer) => {
    reading = answer.headers.get("X-Mirror-Reading");
    document.getElementById("mirror-raise").href = `${told.raise}${reading}/`;
    const what = (answer.headers.get("X-Mirror-Notice") || "").split(",").map((tier) => told.notices[tier]).filter(Boolean).join(", ");
    notice.hidden = !what;
    if (what) said(notice, what);
    // What she judged of it before and does not count: why.
    const why = decodeURIComponent(answer.headers.get("X-Mirror-Uncounted") || "");
    toMend.hidden = !why;
    if (why) toMend.textContent = toMend.dataset.kept.replace("%(why)s", why);
    const first = Boolean(what) && !seen.has(reading);
    cover(first ? veil : null);
    if (!first) return;
    const heading = document.getElementById("mirror-veil-words");
    said(heading, what);
    heading.focus();
  };
  const nothing = async (answer) => {
    const { title, detail } = await answer.clone().json().catch(() => ({}));
    if (!detail) return;
    notice.hidden = true;
    toMend.hidden = true;
    const heading = document.getElementById("mirror-nothing-title");
    heading.textContent = title || detail;
    document.getElementById("mirror-nothing-words").textContent = title ? detail : "";
    cover(end);
    heading.focus();
  };
  const mend = async (answer) => {
    const { detail } = await answer.clone().json().catch(() => ({}));
    if (!detail) return;
    toMend.textContent = detail;
    toMend.hidden = false;
  };
  const read = () => {
    seen.add(reading);
    window.sessionStorage.setItem("mirror-seen", JSON.stringify([...seen]));
    cover(null);
  };
  document.getElementById("mirror-read").addEventListener("click", read);
  // The editor may still be on its way; what it shows stays covered until the next session is here.
  document.getElementById("mirror-veil-skip").addEventListener("click", () => {
    const skip = (left) => {
      const button = document.querySelector('[data-testid="bottombar-skip-button"]');
      if (button) button.click();
      else if (left) setTimeout(() => skip(left - 1), 200);
    };
    skip(50);
  });
  // What she submits reaches our pages by way of Label Studio, within seconds: look again meanwhile.
  const sent = window.fetch;
  // The session that her desk asks for opens first; once, and not again when the page is loaded again.
  let first = /^#mirror-task=(\d+)$/.exec(window.location.hash)?.[1];
  if (first) window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  const naming = (asked) => {
    if (!first || !String(asked[0]?.url || asked[0]).includes("id=next_task")) return asked;
    const request = new Request(...asked);
    request.headers.set("X-Mirror-Task", first);
    first = "";
    return [request];
  };
  window.fetch = async (...asked) => {
    const answer = await sent(...naming(asked));
    const method = (asked[1]?.method || asked[0]?.method || "GET").toUpperCase();
    const address = String(asked[0]?.url || asked[0]);
    const saves = method !== "GET" && address.includes("/annotations");
    if (answer.headers.has("X-Mirror-Reading")) announce(answer);
    // What she sent cannot be counted: nothing is saved, and everything stays as she wrote it.
    else if ([403, 413, 422].includes(answer.status) && saves) await mend(answer);
    else if (answer.ok && saves) toMend.hidden = true;
    else if (answer.status === 404 && address.includes("/dm/actions")) await nothing(answer);
    if (answer.status === 401) ended(true);
    else if (answer.ok) ended(false);
    if (answer.ok && saves) [1500, 6000, 20000].forEach((wait) => setTimeout(show, wait));
    return answer;
  };
  // The editor's own way back, which stands beneath.
  document.getElementById("mirror-again").addEventListener("click", () => {
    document.querySelector('[aria-label="Previous task"]')?.click();
  });
  document.getElementById("mirror-skip").addEventListener("click", () => {
    document.querySelector('[data-testid="bottombar-skip-button"]')?.click();
  });
  show();
})();
