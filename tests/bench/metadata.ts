/** What a federation's metadata cost: beside xmlsec1, and into the database. */
export async function benchMetadata(): Promise<void> {}
