import { useQueryClient } from "@tanstack/react-query";
import { callApi, type ApiReply } from "@/components/api/call-api";
import { apiKey, useApi } from "@/components/api/use-api";
import { showToast } from "@/components/ui/toast-store";
import { readBudget, setBudget } from "@/lib/contracts/workflows";

const REFRESH_MS = 5000;

/** What the runs of a workflow may cost together and have cost; undefined until the server has said. */
export function useWorkflowBudget(workflowId: string): { budget: ApiReply<typeof readBudget> | undefined; change: (micros: number | null) => void } {
  const queries = useQueryClient();
  const input = { params: { workflowId } };
  const { data } = useApi(readBudget, input, { refreshMs: REFRESH_MS });
  return {
    budget: data,
    change: (budgetMicros) => {
      callApi(setBudget, { ...input, body: { budgetMicros } })
        .then((saved) => {
          queries.setQueryData(apiKey(readBudget, input), saved);
        })
        .catch((error: unknown) => {
          showToast("bad", error instanceof Error ? error.message : String(error));
        });
    },
  };
}
