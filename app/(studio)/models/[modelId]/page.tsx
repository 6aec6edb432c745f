import { ModelPage } from "@/components/models/model-page";

export default async function Page({ params }: { params: Promise<{ modelId: string }> }) {
  const { modelId } = await params;
  return <ModelPage modelId={modelId} />;
}
