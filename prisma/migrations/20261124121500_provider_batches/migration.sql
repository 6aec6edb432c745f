-- AlterTable
ALTER TABLE "chunk" ADD COLUMN     "waits_for" TEXT;

-- CreateTable
CREATE TABLE "provider_batch" (
    "id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "step_run_id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "held_by" TEXT,
    "look_at" TIMESTAMPTZ(3) NOT NULL,
    "remote_id" TEXT,
    "is_sure" BOOLEAN NOT NULL DEFAULT true,
    "is_cancelled" BOOLEAN NOT NULL DEFAULT false,
    "total" INTEGER NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "expires_at" TIMESTAMPTZ(3),
    "error" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "provider_batch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "batch_call" (
    "chunk_id" TEXT NOT NULL,
    "key" BYTEA NOT NULL,
    "step_run_id" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'new',
    "call" JSONB NOT NULL,
    "bytes" INTEGER NOT NULL,
    "prompt_tokens" INTEGER NOT NULL,
    "completion_tokens" INTEGER NOT NULL,
    "batch_id" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error" JSONB,

    CONSTRAINT "batch_call_pkey" PRIMARY KEY ("chunk_id","key")
);

-- CreateIndex
CREATE INDEX "provider_batch_state_look_at_idx" ON "provider_batch"("state", "look_at");

-- CreateIndex
CREATE INDEX "provider_batch_step_run_id_idx" ON "provider_batch"("step_run_id");

-- CreateIndex
CREATE INDEX "batch_call_step_run_id_state_idx" ON "batch_call"("step_run_id", "state");

-- CreateIndex
CREATE INDEX "batch_call_batch_id_idx" ON "batch_call"("batch_id");

-- CreateIndex
CREATE INDEX "batch_call_key_idx" ON "batch_call"("key");

-- AddForeignKey
ALTER TABLE "batch_call" ADD CONSTRAINT "batch_call_batch_id_fkey" FOREIGN KEY ("batch_id") REFERENCES "provider_batch"("id") ON DELETE SET NULL ON UPDATE CASCADE;
