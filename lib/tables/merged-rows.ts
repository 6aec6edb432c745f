import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";
/** As many as a person is shown of the rows behind one; a group may have millions. */
const MOST = 50;

/** Lineage of a row that several became: the first of them. */
export const mergedRows = `min(${ROW}, ${MOST}) AS ${IN0}`;
