/** A file that was made in the page, handed to its holder as a download. */

/** Long enough for a browser that first asks where to save it. */
const readableFor = 5 * 60_000;

export function saveFile(content: Uint8Array<ArrayBuffer> | string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  // Firefox clicks only what is in the document.
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), readableFor);
}
