// The names behind the ids of a round: students, places, sites and mentors, read once for a page.
import { all, path } from "./common.js";

export async function names(roundId) {
  const nouns = ["students", "opportunities", "sites", "mentors"];
  const lists = await Promise.all(nouns.map((noun) => all(path`/v1/${noun}` + path`?round_id=${roundId}`)));
  const ids = ["student_id", "opportunity_id", "site_id", "mentor_id"];
  const [students, offers, sites, mentors] = lists.map((list, i) => new Map(list.map((row) => [row[ids[i]], row])));
  const name = (map, id) => map.get(id)?.name || id;
  const known = (id) => offers.get(id)?.title || sites.get(id)?.name || mentors.get(id)?.name;
  /** A sentence of the engine with the name behind each id, where it stands first; `own` is named on the page already. */
  const spell = (text, own) => {
    const seen = new Set([own]);
    return (text || "").replace(/[\w-]+/g, (id) => {
      const said = seen.has(id) ? null : known(id);
      seen.add(id);
      return said ? `${id} (${said})` : id;
    });
  };
  return {
    spell,
    students, offers, sites, mentors,
    student: (id) => name(students, id),
    mentor: (id) => name(mentors, id),
    site: (id) => name(sites, id),
    title: (id) => offers.get(id)?.title || id,
    place: (id) => (offers.has(id) ? `${offers.get(id).title}, ${name(sites, offers.get(id).site_id)}` : id),
    person: (id) => (students.has(id) ? name(students, id) : name(mentors, id)),
    group: (id) => students.get(id)?.advisory || "no advisory",
  };
}
