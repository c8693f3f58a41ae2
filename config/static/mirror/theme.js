// Before the first paint: light or dark as the reader's system says, and again when it changes.
const dark = matchMedia("(prefers-color-scheme: dark)");
const apply = () => (document.documentElement.dataset.bsTheme = dark.matches ? "dark" : "light");
apply();
dark.addEventListener("change", apply);
