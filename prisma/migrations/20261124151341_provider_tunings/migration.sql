-- CreateTable
CREATE TABLE "provider_tuning" (
    "id" TEXT NOT NULL,
    "chunk_id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "step_run_id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "parts" JSONB NOT NULL,
    "examples" JSONB NOT NULL,
    "files" JSONB NOT NULL DEFAULT '{}',
    "price" DOUBLE PRECISION,
    "state" TEXT NOT NULL,
    "held_by" TEXT,
    "look_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "remote_id" TEXT,
    "status" TEXT,
    "is_cancelled" BOOLEAN NOT NULL DEFAULT false,
    "finish_at" TIMESTAMPTZ(3),
    "tuned_model" TEXT,
    "trained_tokens" INTEGER,
    "cost_micros" BIGINT NOT NULL DEFAULT 0,
    "silent_since" TIMESTAMPTZ(3),
    "error" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "provider_tuning_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provider_tuning_event" (
    "tuning_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "level" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "metrics" JSONB,

    CONSTRAINT "provider_tuning_event_pkey" PRIMARY KEY ("tuning_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "provider_tuning_chunk_id_key" ON "provider_tuning"("chunk_id");

-- CreateIndex
CREATE INDEX "provider_tuning_state_look_at_idx" ON "provider_tuning"("state", "look_at");

-- CreateIndex
CREATE INDEX "provider_tuning_step_run_id_idx" ON "provider_tuning"("step_run_id");

-- CreateIndex
CREATE INDEX "provider_tuning_fingerprint_idx" ON "provider_tuning"("fingerprint");

-- AddForeignKey
ALTER TABLE "provider_tuning_event" ADD CONSTRAINT "provider_tuning_event_tuning_id_fkey" FOREIGN KEY ("tuning_id") REFERENCES "provider_tuning"("id") ON DELETE CASCADE ON UPDATE CASCADE;
