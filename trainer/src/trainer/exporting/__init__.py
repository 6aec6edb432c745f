"""Models written for other programs: merged weights, ONNX, GGUF."""
