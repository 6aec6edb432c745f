-- CreateTable
CREATE TABLE "model_context" (
    "connection_id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "tokens" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "noted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_context_pkey" PRIMARY KEY ("connection_id","model")
);
