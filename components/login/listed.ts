/** How many institutions are listed at once; whoever sees so many types another letter. */
export const listed = 50;
