/** The sentence for a Node that is too old to even install the portal; null when it is new enough. Understood by every Node that knows modules. */
export function nodeProblem(version) {
  const [major, minor] = version.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 9)) return null;
  return `Node ${version} is too old: install Node 24 from https://nodejs.org/ and start again. / Node が古すぎます。Node 24 を入れてください。`;
}
