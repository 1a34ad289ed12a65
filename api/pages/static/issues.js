// The problems of an upload: each with its table, row and column, what is wrong, and what to do.
import { counted, el, table } from "./common.js";

const where = (issue) => [issue.table && `table ${issue.table}`, issue.row != null && `row ${issue.row}`, issue.column && `column ${issue.column}`].filter(Boolean).join(", ");

export function issues(told) {
  const counts = [told.errors && counted(told.errors, "error"), told.warnings && counted(told.warnings, "warning")].filter(Boolean).join(" and ");
  const head = told.accepted
    ? `The tables are sound${counts ? `, with ${counts}` : ""}.`
    : `The tables were not taken: ${counts}. Correct them and upload again; nothing was changed.`;
  const rows = told.issues.map((issue) => ({
    cells: [
      where(issue) || "the whole round",
      el("span", { class: issue.severity === "error" ? "tag bad" : "tag warm" }, issue.severity),
      [issue.message, issue.value ? el("small", {}, "It says: ", el("code", {}, issue.value)) : null],
      issue.hint,
    ],
  }));
  const more = told.errors + told.warnings - told.issues.length;
  return [
    el("div", { class: told.accepted ? "card" : "card bad" }, el("p", { class: "headline" }, head), Object.keys(told.counts).length ? el("p", { class: "quiet" }, Object.entries(told.counts).filter(([, n]) => n).map(([name, n]) => `${n.toLocaleString("en")} ${name}`).join(" · ")) : null),
    rows.length ? table("Every problem found", [["Where"], ["How bad"], ["What is wrong"], ["What to do"]], rows) : null,
    more > 0 ? el("p", {}, `And ${more} more; correct these first.`) : null,
  ];
}
