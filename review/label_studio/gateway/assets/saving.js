// Tells the gateway what of hers this page has loaded, and shows her both where she saved something else elsewhere meanwhile.
// The editor knows nothing of it: it waits for its answer until she has chosen.
(() => {
  const { project } = JSON.parse(document.getElementById("mirror-told").textContent);
  const dialog = document.getElementById("mirror-stale");
  const part = (name) => document.getElementById(`mirror-stale-${name}`);
  const sent = window.fetch;
  // By task: what the gateway called what it told this page; what this page sent and never had an answer to.
  const versions = new Map();
  const unanswered = new Map();

  const ordered = (_name, one) => one && typeof one === "object" && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort()) : one;
  const words = ({ was_cancelled, result }) => JSON.stringify({ skipped: Boolean(was_cancelled), result: result || [] }, ordered);

  const cell = (kind, text, label) => {
    const made = document.createElement(kind);
    made.textContent = text || "–";
    made.dir = "auto";
    if (label) made.dataset.label = label;
    return made;
  };
  const show = ({ rows, saved_at, may_replace }) => {
    const differ = rows.filter((row) => !row.same);
    const [, sending, stands] = [...dialog.querySelectorAll("thead > tr > *")].map((head) => head.textContent);
    dialog.querySelector("tbody").replaceChildren(...differ.map((row) => {
      const made = document.createElement("tr");
      const head = cell("th", row.question);
      head.scope = "row";
      made.append(head, cell("td", row.sent, sending), cell("td", row.stands, stands));
      return made;
    }));
    dialog.querySelector("table").hidden = !differ.length;
    part("unseen").hidden = Boolean(differ.length);
    part("same").hidden = !differ.length || differ.length === rows.length;
    part("when").textContent = part("when").dataset.words.replace("%(when)s", new Date(saved_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }));
    part("replace").hidden = !may_replace;
    part("judged").hidden = may_replace;
  };
  // "replace", "keep" or "back"; Escape goes back.
  const chosen = () => new Promise((resolve) => {
    dialog.returnValue = "back";
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
    part("words").focus();
  });
  const keep = async ({ draft_id }) => {
    if (draft_id) await sent(`/api/drafts/${draft_id}?project=${project}`, { method: "DELETE" });
    window.location.reload();
    return new Promise(() => {}); // the editor is told nothing more on this page
  };

  // Told of a line that broke, the editor would go on with the next session and leave behind what she wrote.
  const broken = () => new Response("{}", { status: 503, headers: { "Content-Type": "application/json" } });
  const save = async (request, task) => {
    const { method, url, credentials, signal } = request;
    const body = (await request.text()) || undefined;
    const said = body ? JSON.parse(body) : {};
    const before = unanswered.get(task) || [];
    let named = ["X-Mirror-Loaded", versions.get(task)];
    for (;;) {
      const headers = new Headers(request.headers);
      if (named[1]) headers.set(...named);
      unanswered.set(task, [...before, said]);
      const answer = await sent(url, { method, headers, body, credentials, signal }).catch(broken);
      if (answer.status < 500) unanswered.set(task, answer.ok ? [] : before);
      const { stale } = answer.status === 409 ? await answer.clone().json() : {};
      if (!stale) return answer;
      // Where what stands is what this page sent, and only the answer was lost, there is nothing to choose.
      if (!before.some((one) => words(one) === words(stale.stands))) {
        show(stale);
        const choice = await chosen();
        if (choice === "keep") return keep(said);
        if (choice !== "replace") return answer;
      }
      named = ["X-Mirror-Instead-Of", stale.version];
    }
  };

  // The task of which this saves a judgement, if it does.
  const judged = (address) => {
    const { pathname, searchParams } = new URL(address, window.location);
    const found = /^\/api\/(?:tasks\/(\d+)\/annotations|annotations\/\d+)\/?$/.exec(pathname);
    return found && (found[1] || searchParams.get("taskID"));
  };
  window.fetch = async (...asked) => {
    const method = (asked[1]?.method || asked[0]?.method || "GET").toUpperCase();
    const task = method === "GET" ? null : judged(String(asked[0]?.url || asked[0]));
    const answer = await (task ? save(new Request(...asked), task) : sent(...asked));
    const version = answer.headers.get("X-Mirror-Version");
    if (version) versions.set(version.split("-")[0], version);
    return answer;
  };
})();
