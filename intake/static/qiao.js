/* Every page works without this file. It adds two comforts: a print button, and a question before a long story is left unsent. */
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const form of document.querySelectorAll("form[data-guard]")) {
  let unsent = form.querySelector("[aria-invalid]") !== null;
  const ask = (event) => unsent && event.preventDefault();
  form.addEventListener("input", () => { unsent = true; });
  form.addEventListener("submit", () => { unsent = false; });
  window.addEventListener("beforeunload", ask);
}
