import { PageClient } from "./page-client";

export default async function Page({ params }: { params: Promise<{ workflowId: string }> }) {
  const { workflowId } = await params;
  return <PageClient key={workflowId} workflowId={workflowId} />;
}
