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
  // What she submits reaches our pages by way of Label Studio, within seconds: look again meanwhile.
  const sent = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await sent(...asked);
    const method = (asked[1]?.method || asked[0]?.method || "GET").toUpperCase();
    const address = String(asked[0]?.url || asked[0]);
    if (answer.status === 401) ended(true);
    else if (answer.ok) ended(false);
    if (answer.ok && method !== "GET" && address.includes("/annotations")) [1500, 6000, 20000].forEach((wait) => setTimeout(show, wait));
    return answer;
  };
  document.getElementById("mirror-skip").addEventListener("click", () => {
    document.querySelector('[data-testid="bottombar-skip-button"]')?.click();
  });
  show();
})();
