// What if: a coordinator's question about one student's round, answered without changing anything.
import { byId, counted, doing, el, fill, post, table } from "./common.js";

const parts = (cell) => (cell || "").split(";").filter(Boolean);

/** What each question changes; a place takes one more only if its mentor and its site do. */
function edits(what, studentId, offer, name) {
  if (what === "longer") return { minutes: { [studentId]: 10 } };
  if (what !== "place") return { waive: { [studentId]: [what] } };
  const asked = { seats: { [offer.opportunity_id]: 1 }, mentors: Object.fromEntries(parts(offer.mentors).map((id) => [id, 1])) };
  return name.sites.get(offer.site_id)?.max_students ? { ...asked, sites: { [offer.site_id]: 1 } } : asked;
}

const where = (told, name) => (told ? name.place(told.split(" (")[0]) : "no place");

export function supposing(here, studentId, name, offers) {
  const chosen = byId("supposed-place"), what = byId("supposed-what"), answer = byId("supposed");
  fill(chosen, offers.map((id) => el("option", { value: id }, name.place(id))));
  const place = () => (byId("supposed-place-part").hidden = what.value !== "place");
  what.addEventListener("change", place);
  place();
  doing(byId("suppose"), "submit", async () => {
    fill(answer, el("p", { class: "quiet" }, "Working it out…"));
    answer.hidden = false;
    const told = await post(`${here}/what-if`, edits(what.value, studentId, name.offers.get(chosen.value), name)).catch((error) => {
      answer.hidden = true;
      throw error;
    });
    const mine = told.moves.find((m) => m.student_id === studentId);
    const own = !mine ? `Nothing would change for ${name.student(studentId)}.` : `${name.student(studentId)} would have ${mine.after ? `a place at ${where(mine.after, name)}` : "no place"}.`;
    fill(
      answer,
      el("p", { class: "headline" }, told.feasible ? own : told.told),
      told.feasible ? el("p", {}, `${told.told} ${counted(told.placed, "student")} would have a place; now it is ${told.placed_now}.`) : null,
      told.moves.length ? el("p", {}, el("b", {}, "Who would have another place")) : null,
      told.moves.length ? table("", [["Student"], ["Now"], ["Then"], ["Why there"]], told.moves.map((m) => ({ cells: [name.student(m.student_id), where(m.before, name), where(m.after, name), m.reason] }))) : null,
      el("p", { class: "quiet" }, "Nothing was changed. To make it so, change the tables or the round's decisions, and run again."),
    );
  });
}
