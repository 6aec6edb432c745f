/** The columns that are added, by how many are looked at. */
export const addedColumns = (k: number): [recall: string, ndcg: string, reciprocalRank: string] => [`recall_at_${String(k)}`, `ndcg_at_${String(k)}`, `mrr_at_${String(k)}`];
