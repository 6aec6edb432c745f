/** As many as a person is shown of the rows behind one; a group may have millions. */
const MOST = 50;

/** Lineage of a row that several became: the first of them. */
export const mergedRows = `min(__row, ${MOST}) AS __in0`;
