-- CreateIndex
CREATE INDEX "call_cache_model_created_at_idx" ON "call_cache"("model", "created_at" DESC);
