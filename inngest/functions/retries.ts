/** How often a step is tried again: with the growing pauses between, about half a day. */
export const retries = 12;
