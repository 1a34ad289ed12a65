// What suits a student of the round, or a text that somebody types.
import { all, byId, counted, doing, el, fill, get, path, post, start, table, trail } from "./common.js";
import { MODE, windows } from "./words.js";

const roundId = decodeURIComponent(location.pathname.split("/")[2]);

start(async (me) => {
  const [round, students] = await Promise.all([get(path`/v1/rounds/${roundId}`), all(path`/v1/students` + path`?round_id=${roundId}`)]);
  trail([round.name, path`/rounds/${roundId}`], ["Suggestions"]);
  const told = students.map((s) => [s.student_id, s.name ? `${s.name} (${s.student_id})` : s.student_id]);
  fill(byId("students"), told.map(([, said]) => el("option", { value: said })));

  async function ask() {
    const typed = byId("student").value.trim(), text = byId("interests").value.trim();
    const minutes = byId("minutes").value, kind = byId("paid").value;
    if (!typed && !text) return fill(byId("answer"), el("p", { class: "problem" }, "Name a student, or type what somebody likes."));
    let answer;
    if (typed) {
      const id = told.find(([one, said]) => typed === one || typed === said)?.[0] || typed;
      const filters = new URLSearchParams({ round_id: roundId, ...(minutes && { max_minutes: minutes }), ...(kind && { placement_kind: kind }), ...(byId("open").checked && { open_only: "true" }) });
      answer = await get(`${path`/v1/students/${id}/suggestions`}?${filters}`);
    } else {
      answer = await post("/v1/suggestions", { round_id: roundId, interests: text, ...(byId("grade").value && { grade: Number(byId("grade").value) }), ...(minutes && { max_travel_minutes: Number(minutes) }), ...(kind && { placement_kind: kind }) });
    }
    const rows = answer.items.map((s, i) => ({
      cells: [
        [`${i + 1}. ${s.title}`, el("small", {}, `${s.site_name}, ${s.opportunity_id}`)],
        s.reason,
        [windows(s.sessions), el("small", {}, s.placement_kind === "paid_employment" ? "paid work" : "unpaid learning")],
        `${s.minutes} min ${MODE[s.mode] || s.mode}`,
        [`${s.open_seats} of ${s.seats}`, s.contested ? el("small", {}, `${counted(s.contested, "other student")} asked for it`) : null],
        s.points,
      ],
    }));
    fill(byId("answer"), rows.length ? table(typed ? `For ${typed}` : "For this text", [["Place"], ["Why"], ["When"], ["Way"], ["Open seats"], ["Points", "n"]], rows) : el("p", {}, "Nothing lawful was found. Fewer limits may help."));
  }
  doing(byId("ask"), "submit", ask);
  const given = new URLSearchParams(location.search).get("student");
  if (given) {
    byId("student").value = told.find(([one]) => one === given)?.[1] || given;
    await ask();
  }
});
