"use strict";
// Two comforts; without them the page reads the same: a box to find rows, and closed parts that open for print.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => { part.open = true; }));

(function finder() {
  const home = document.querySelector("#placements");
  const rows = [...home.querySelectorAll("tbody tr")];
  if (rows.length < 12) return;
  const box = document.createElement("p");
  box.className = "finder";
  box.innerHTML = '<label for="find">Find a student, offer, site or mentor</label> <input id="find" type="search" autocomplete="off"> <output for="find"></output>';
  home.querySelector("p").after(box);
  const words = rows.map((row) => row.textContent.toLowerCase());
  const [field, told] = [box.querySelector("input"), box.querySelector("output")];
  field.addEventListener("input", () => {
    const asked = field.value.trim().toLowerCase();
    let found = 0;
    rows.forEach((row, i) => {
      row.hidden = !words[i].includes(asked);
      found += row.hidden ? 0 : 1;
    });
    home.querySelectorAll(".advisory").forEach((part) => {
      part.hidden = asked !== "" && !part.querySelector("tbody tr:not([hidden])");
    });
    if (asked) home.querySelectorAll("details").forEach((part) => { part.open = Boolean(part.querySelector("tbody tr:not([hidden])")); });
    told.textContent = asked ? `${found} of ${rows.length}` : "";
  });
})();
